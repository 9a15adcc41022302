package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"wavetank/metrics/rows"
)

// RequestFile is a file with a row of every request of an experiment's runs, as Parquet or CSV.
// Each run writes a part of its own, in a temporary folder beside the file. The folder of a process
// that was killed is removed when the same file is written again. Commit joins the parts
// in the order of the results, so the file is whole, and does not depend on which runs went on at a
// time. Memory is bounded: a part in Parquet holds at most one group of rows.
type RequestFile struct {
	path   string
	folder string   // holds the parts
	claim  *os.File // in the folder; locked until the parts are removed
	origin Origin
	format requestFormat
	lock   sync.Mutex
	parts  map[partOf]string // files of the parts
}

// partOf names the run of a part.
type partOf struct {
	policy      string
	replication int
}

// requestFormat is a format of the file.
type requestFormat interface {
	// begin begins a part.
	begin(w io.Writer, o Origin, run partOf) partWriter
	// join writes parts one after another.
	join(w io.Writer, o Origin, parts []string) error
}

// partWriter writes the rows of one run.
type partWriter interface {
	write([]rows.RequestRow) error
	close() error
}

// requestFormats are the formats by the endings of file names.
var requestFormats = map[string]requestFormat{".parquet": parquetRequests{}, ".csv": csvRequests{}}

// CheckRequests returns an error if a name is not that of a file of requests.
func CheckRequests(path string) error {
	if requestFormats[strings.ToLower(filepath.Ext(path))] == nil {
		return fmt.Errorf("%s: want a name that ends in .parquet or .csv", path)
	}
	return nil
}

// CreateRequests begins a file of requests. The name must end in .parquet or .csv. What killed
// processes have left of the same file is removed. The error is a WriteError.
func CreateRequests(path string, o Origin) (*RequestFile, error) {
	if err := CheckRequests(path); err != nil {
		return nil, &WriteError{"write", path, err}
	}
	beside, _ := target(path)
	name := temporary + filepath.Base(beside) + "-"
	err := removeLeft(filepath.Dir(beside), name)
	if err != nil {
		return nil, &WriteError{"write", path, err}
	}
	r := &RequestFile{path: path, origin: o, format: requestFormats[strings.ToLower(filepath.Ext(path))], parts: map[partOf]string{}}
	if r.folder, err = os.MkdirTemp(filepath.Dir(beside), name+"*"); err != nil {
		return nil, &WriteError{"write", path, err}
	}
	if r.claim, err = os.Create(filepath.Join(r.folder, lockFile)); err == nil {
		err = lock(r.claim)
	}
	if err != nil {
		return nil, errors.Join(&WriteError{"write", path, err}, r.Discard())
	}
	return r, nil
}

// removeLeft removes the folders whose names begin with prefix, and whose process has ended: nobody
// holds the lock in them.
func removeLeft(dir, prefix string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var faults []error
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		folder := filepath.Join(dir, e.Name())
		claim, err := os.OpenFile(filepath.Join(folder, lockFile), os.O_RDWR, 0)
		if err != nil {
			continue // just made by another process, or not a folder of parts
		}
		free := lock(claim) == nil
		faults = append(faults, claim.Close())
		if free {
			faults = append(faults, os.RemoveAll(folder))
		}
	}
	return errors.Join(faults...)
}

// Begin begins the part of a run. Several runs may begin and write at a time.
func (r *RequestFile) Begin(policy string, replication int) (*RequestPart, error) {
	run := partOf{policy, replication}
	f, err := os.CreateTemp(r.folder, "*")
	if err != nil {
		return nil, &WriteError{"write", r.path, err}
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.parts[run] = f.Name()
	return &RequestPart{path: r.path, file: f, to: r.format.begin(f, r.origin, run)}, nil
}

// Commit puts the parts of the policies together, in their order, each with its replications. It
// leaves out all other parts. After an error, an old file is as it was. The error is a WriteError.
func (r *RequestFile) Commit(policies []string, replications []int) error {
	var parts []string
	for _, p := range policies {
		for _, n := range replications {
			part, ok := r.parts[partOf{p, n}]
			if !ok {
				panic(fmt.Sprintf("store: no requests of policy %s in replication %d", p, n))
			}
			parts = append(parts, part)
		}
	}
	into, err := createAside(r.path, r.folder)
	if err != nil {
		return errors.Join(err, r.Discard())
	}
	if err := r.format.join(into, r.origin, parts); err != nil {
		return errors.Join(&WriteError{"write", r.path, err}, into.Discard(), r.Discard())
	}
	return errors.Join(into.Commit(), r.Discard())
}

// Discard removes all parts. An old file stays as it was.
func (r *RequestFile) Discard() error {
	var err error
	if r.claim != nil {
		err = r.claim.Close()
	}
	return errors.Join(err, os.RemoveAll(r.folder))
}

// RequestPart is the part of one run.
type RequestPart struct {
	path string
	file *os.File
	to   partWriter
}

// Write adds rows. The error is a WriteError.
func (p *RequestPart) Write(list []rows.RequestRow) error { return p.named(p.to.write(list)) }

// Close ends the part. The error is a WriteError.
func (p *RequestPart) Close() error { return p.named(errors.Join(p.to.close(), p.file.Close())) }

func (p *RequestPart) named(err error) error {
	if err != nil {
		return &WriteError{"write", p.path, err}
	}
	return nil
}
