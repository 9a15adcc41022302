package study

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"wavetank/scenarios"
)

// Draft keeps the runs of a shard in its folder until the shard is complete. Each process adds its
// runs to a file of its own, and first reads the files that others have left. So a process that is
// killed loses no finished run, two processes with the same shard do not disturb each other, and
// the folder may be on a network. A Draft is a Shelf, with details up to Summary. It is safe for
// concurrent use.
type Draft struct {
	header Header
	folder string
	read   []string // the files of others that were read

	mutex sync.Mutex // of everything below
	runs  map[scenarios.Key]*scenarios.Finished
	file  *os.File // nil before the first run
}

// OpenDraft reads what other processes have left of a shard in a folder. Files of another program,
// and damaged ones, are left out: their runs are simulated again.
func OpenDraft(folder string, h *Header) (*Draft, error) {
	p := &Draft{header: *h, folder: folder, runs: map[scenarios.Key]*scenarios.Finished{}}
	files, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), h.File()+".") || !strings.HasSuffix(f.Name(), PartEnding) {
			continue
		}
		path := filepath.Join(folder, f.Name())
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process has just completed the shard
		}
		if err != nil {
			return nil, err
		}
		p.read = append(p.read, path)
		s, err := ReadShard(path, b)
		if err != nil || !s.Same(h) {
			continue
		}
		for _, e := range s.Runs {
			p.add(e.Key, e.Finished)
		}
	}
	return p, nil
}

func (p *Draft) add(k scenarios.Key, f *scenarios.Finished) {
	if known := p.runs[k]; known == nil || known.Detail < f.Detail {
		p.runs[k] = f
	}
}

// Has implements Shelf.
func (p *Draft) Has(k scenarios.Key, d scenarios.Detail) (bool, error) {
	f, err := p.Find(k, d)
	return f != nil, err
}

// Find implements scenarios.RunKeeper.
func (p *Draft) Find(k scenarios.Key, d scenarios.Detail) (*scenarios.Finished, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if f := p.runs[k]; f != nil && f.Detail >= d {
		return f, nil
	}
	return nil, nil
}

// Keep implements scenarios.RunKeeper.
func (p *Draft) Keep(k scenarios.Key, label scenarios.Label, f *scenarios.Finished) error {
	frame, err := PackRuns([]ShardRun{{Run: Run{Cell: -1}, Key: k, Label: label, Finished: f}})
	if err != nil {
		return err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.add(k, f)
	if p.file == nil {
		if err := p.begin(); err != nil {
			return err
		}
	}
	_, err = p.file.Write(appendFrame(nil, runsFrame, frame))
	return err
}

// begin makes the file of this process.
func (p *Draft) begin() error {
	b, err := p.header.begin()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.folder, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(p.folder, p.header.File()+".*"+PartEnding)
	if err != nil {
		return err
	}
	p.file = f
	_, err = f.Write(b)
	return err
}

// Close closes the file of this process. All runs that were kept are in it.
func (p *Draft) Close() error {
	if p.file == nil {
		return nil
	}
	return p.file.Close()
}

// Remove closes the file of this process, and removes it and those that were read. It is called
// when the shard is complete.
func (p *Draft) Remove() error {
	err := p.Close()
	if p.file != nil {
		p.read = append(p.read, p.file.Name())
	}
	for _, path := range p.read {
		if fault := os.Remove(path); fault != nil && !errors.Is(fault, fs.ErrNotExist) {
			err = errors.Join(err, fault)
		}
	}
	return err
}

// Shard returns the complete shard, from the results of its runs.
func (s *Study) Shard(h *Header, results Outcomes) (*Shard, error) {
	shard := &Shard{Header: *h, Whole: true}
	for _, r := range s.Runs() {
		e := s.Cells[r.Cell].Experiment
		p := &e.Scenario.Policies[r.Policy]
		k, err := e.Key(p, r.Replication)
		if err != nil {
			return nil, err
		}
		label := scenarios.Label{Scenario: e.Scenario.Name, Policy: p.Name}
		shard.Runs = append(shard.Runs, ShardRun{r, k, label, results[r.Cell][r.Policy][r.Replication-e.First]})
	}
	return shard, nil
}
