package study

import (
	"errors"
	"math"
	"os"
)

// ShardFile is a shard in a file, which is read run by run. It holds the runs of one frame in their
// packed form. The file is open only while a frame is read, so there may be any number of shards.
type ShardFile struct {
	Header
	Path   string
	frames frames
	packed packedRuns // of the last frame
	run    *ShardRun  // the next one; nil: there is none
	order  int        // among the shards that are merged

	faults  []error
	foreign bool // it has runs that are not of the study
}

// OpenShard reads the header of a shard.
func OpenShard(path string) (*ShardFile, error) {
	about, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	s := &ShardFile{Path: path, frames: frames{path: path, from: closedFile(path), size: about.Size()}}
	s.Header, err = s.frames.header()
	return s, err
}

// advance reads the next run. The error says so if the shard is cut or damaged.
func (s *ShardFile) advance() error {
	before := s.run
	s.run = nil
	for s.packed.left == 0 {
		data, err := s.frames.next()
		if err != nil {
			return err
		}
		if data == nil {
			if !s.frames.whole {
				return errors.New(s.Path + ": it is cut")
			}
			return nil
		}
		if s.packed, err = unpackEach(data); err != nil {
			return s.frames.damaged()
		}
	}
	run, err := s.packed.next()
	if err != nil || (before != nil && run.Run.compare(before.Run) <= 0) {
		return s.frames.damaged()
	}
	s.run = &run
	return nil
}

// closedFile is the path of a file that is open only during a call.
type closedFile string

// ReadAt implements io.ReaderAt.
func (path closedFile) ReadAt(b []byte, at int64) (int, error) {
	f, err := os.Open(string(path))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, at)
}

// last is a place after all runs.
var last = Run{math.MaxInt, math.MaxInt, math.MaxInt}
