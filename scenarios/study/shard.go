package study

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/klauspost/compress/s2"
)

// Shard is a file with finished runs of a study: a part that one process has carried out. It is a
// line that names the form, and then frames: the header, the runs, and the end. A frame is its
// length and its CRC-32C, four bytes each, and the bytes: a kind, and compressed data. Equal shards
// are equal bytes.
type Shard struct {
	Header
	Path  string // of the file; for messages
	Runs  []ShardRun
	Whole bool // the end was read; a shard that is still written has none
}

// Header says to which study a shard belongs.
type Header struct {
	Program  string          `json:"program"` // version and digest of the program
	Scenario string          `json:"scenario"`
	Hash     string          `json:"hash"` // of the study
	Share    Share           `json:"share"`
	Design   json.RawMessage `json:"design"` // everything that the results of the study depend on
}

// The endings of the names of shards: complete ones, and those that a process still writes or was
// writing when it ended.
const (
	ShardEnding = ".shard"
	PartEnding  = ".part"
)

// File returns the name of the file of a shard: queue-1a2b3c4d-0-of-8.shard.
func (h *Header) File() string {
	return fmt.Sprintf("%s-%.8s-%d-of-%d%s", h.Scenario, h.Hash, h.Share.Number, h.Share.Of, ShardEnding)
}

// Same reports whether two headers are those of the same shard of the same program.
func (h *Header) Same(other *Header) bool {
	return h.Share == other.Share && h.sameStudy(other) && h.Program == other.Program
}

func (h *Header) sameStudy(other *Header) bool {
	return h.Hash == other.Hash && bytes.Equal(h.Design, other.Design)
}

// shardMagic is the first line of a shard.
const shardMagic = "wavetank shard 1\n"

// The kinds of frames.
const (
	headerFrame = 'h'
	runsFrame   = 'r'
	endFrame    = 'e'
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame appends a frame with data that are compressed already.
func appendFrame(b []byte, kind byte, data []byte) []byte {
	at := len(b)
	b = append(b, make([]byte, 8)...)
	b = append(append(b, kind), data...)
	binary.LittleEndian.PutUint32(b[at:], uint32(1+len(data)))
	binary.LittleEndian.PutUint32(b[at+4:], crc32.Checksum(b[at+8:], castagnoli))
	return b
}

// begin returns the first bytes of a shard: the line and the header.
func (h *Header) begin() ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return appendFrame([]byte(shardMagic), headerFrame, s2.Encode(nil, text)), nil
}

// inFrame is how many runs a frame of a complete shard holds. They share the names of metrics.
const inFrame = 64

// Bytes returns the complete shard as a file, with its runs in the order of their places.
func (s *Shard) Bytes() ([]byte, error) {
	b, err := s.begin()
	if err != nil {
		return nil, err
	}
	list := slices.SortedFunc(slices.Values(s.Runs), func(a, b ShardRun) int { return a.Run.compare(b.Run) })
	for some := range slices.Chunk(list, inFrame) {
		data, err := PackRuns(some)
		if err != nil {
			return nil, err
		}
		b = appendFrame(b, runsFrame, data)
	}
	return appendFrame(b, endFrame, nil), nil
}

// ReadShard reads a shard from its bytes. A shard that was still written when the process ended has
// no end, and the last frame may be cut: the frames before it are read. Other damage is an error.
// The path is for messages only.
func ReadShard(path string, b []byte) (*Shard, error) {
	s := &Shard{Path: path}
	f := frames{path: path, from: bytes.NewReader(b), size: int64(len(b))}
	var err error
	if s.Header, err = f.header(); err != nil {
		return nil, err
	}
	for {
		data, err := f.next()
		if err != nil {
			return nil, err
		}
		if data == nil {
			s.Whole = f.whole
			return s, nil
		}
		list, err := UnpackRuns(data)
		if err != nil {
			return nil, f.damaged()
		}
		s.Runs = append(s.Runs, list...)
	}
}
