package build

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// Input is a file that an experiment reads.
type Input struct {
	File     string        // its name in the scenario
	SHA256   string        // hash of its bytes, hexadecimal
	Requests int64         // requests of a trace; 0 for other files
	Failed   int64         // requests that failed when the trace was recorded; not replayed
	LeftOut  int64         // rows that do not meet the conditions of the scenario
	Begins   time.Duration // timestamp of the first row of a trace, its start; 0 for a date
	Span     time.Duration // time from the start of the trace to its end
	Part     Excerpt       // the part of the trace that is replayed
	Unused   []string      // columns that are not read
	Rows     int           // rows of machines, prices or carbon over time; 0 for other files
	Renamed  string        // warning about the old name of a column; empty if there is none
}

// Excerpt is the part of a trace that is replayed.
type Excerpt struct {
	Requests    int64
	From, Until time.Duration // times in the trace
	Lasts       time.Duration // time in the run; less than in the trace if that is compressed
	Scaled      string        // how the rate is scaled, a clause; empty if it is not
	Cut         bool          // the run ends before the part that the scenario names
}

// String says which requests of a trace are replayed and which are not.
func (in *Input) String() string {
	from, until, span := wording.Rounded(in.Part.From), wording.Rounded(in.Part.Until), wording.Rounded(in.Span)
	all := wording.Counted(in.Requests, "request")
	text := fmt.Sprintf("%s of %s, those from %v to %v of %v", wording.Count(in.Part.Requests), all, from, until, span)
	switch {
	case in.Part.From == 0 && in.Part.Until == in.Span:
		text = fmt.Sprintf("%s in %v", all, span)
	case in.Part.From == 0:
		text = fmt.Sprintf("%s of %s, the first %v of %v", wording.Count(in.Part.Requests), all, until, span)
	}
	text += in.Part.Scaled
	if in.Failed > 0 {
		text += fmt.Sprintf(", %s more failed when it was recorded", wording.Count(in.Failed))
	}
	if in.LeftOut > 0 {
		text += fmt.Sprintf(", %s more left out by the conditions", wording.Count(in.LeftOut))
	}
	return text
}

// readLengthTables returns the tables of lengths that a stream reads. It leaves out tables that are
// already known.
func readLengthTables(s *file.Stream, open func(name string) table.File, known []Input) (inputs []Input, err error) {
	var faults []error
	read := func(field, file string) {
		same := func(in Input) bool { return in.File == file }
		if slices.ContainsFunc(known, same) || slices.ContainsFunc(inputs, same) {
			return
		}
		sum, err := digest(open(file))
		renamed, wrong := distribution.Renamed(open(file))
		if err = errors.Join(err, wrong); err != nil {
			faults = append(faults, fmt.Errorf("%s: histogram: file: %w", field, err))
			return
		}
		inputs = append(inputs, Input{File: file, SHA256: sum, Renamed: renamed})
	}
	note := func(field string, l *file.TokenLengths) {
		if l != nil && l.TableFile() != "" {
			read(field, l.TableFile())
		}
	}
	for path, items := range s.AllItems() {
		if file := items.TableFile(); file != "" {
			read(path, file)
		}
	}
	note("input", s.Input)
	note("output", s.Output)
	if s.Conversation != nil {
		note("conversation: turns", &s.Conversation.Turns)
		note("conversation: input", s.Conversation.Input)
		note("conversation: output", s.Conversation.Output)
	}
	return inputs, errors.Join(faults...)
}

// digest returns the SHA-256 of a file, hexadecimal. The digest of a folder is that of a list of
// the digests and names of its files.
func digest(f table.File) (string, error) {
	if f.Folder != nil {
		if folder, err := f.Folder(); err == nil {
			return digestFolder(folder)
		}
	}
	return digestOf(f.Open())
}

// digestOf returns the SHA-256 of all that a reader returns, and closes the reader. Its arguments
// are the results of a call of Open.
func digestOf(r io.ReadCloser, err error) (string, error) {
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, r.Close())
}

// digestFolder returns the digest of the files of a folder. It leaves out subfolders.
func digestFolder(folder fs.FS) (string, error) {
	entries, err := fs.ReadDir(folder, ".") // sorted by name
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		f, err := folder.Open(e.Name())
		sum, err := digestOf(f, err)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s  %s\n", sum, e.Name())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
