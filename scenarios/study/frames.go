package study

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// largestFrame is the largest length of a frame, in bytes.
const largestFrame = 1 << 30

var errNoShard = errors.New("it is not a shard of wavetank")

// frames reads a shard frame by frame.
type frames struct {
	path  string // for messages
	from  io.ReaderAt
	size  int64 // bytes of the shard
	at    int64 // where the next frame begins
	last  int64 // where the last frame began
	whole bool  // the end was read
}

// header reads the first line and the header. A shard without a header was cut: what is returned is
// empty.
func (f *frames) header() (h Header, err error) {
	line := make([]byte, min(f.size, int64(len(shardMagic))))
	if _, err := f.from.ReadAt(line, 0); err != nil && !errors.Is(err, io.EOF) {
		return h, err
	}
	if string(line) != shardMagic {
		return h, fmt.Errorf("%s: %w", f.path, errNoShard)
	}
	f.at = int64(len(line))
	kind, data, err := f.frame()
	switch {
	case err != nil || kind == 0:
		return h, err
	case kind != headerFrame:
		return h, f.damaged()
	}
	text, err := unpack(data)
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		return h, f.damaged()
	}
	return h, nil
}

// next returns the runs of the next frame, as PackRuns has written them. It returns nil after the
// last one, also if the shard is cut there.
func (f *frames) next() ([]byte, error) {
	switch kind, data, err := f.frame(); {
	case err != nil || kind == 0:
		return nil, err
	case kind == runsFrame:
		return data, nil
	case kind == endFrame && f.at == f.size:
		f.whole = true
		return nil, nil
	}
	return nil, f.damaged()
}

// frame reads a frame. The kind is 0 if no complete frame is left.
func (f *frames) frame() (kind byte, data []byte, err error) {
	f.last = f.at
	var head [8]byte
	if f.size-f.at < int64(len(head)) {
		return 0, nil, nil
	}
	if _, err := f.from.ReadAt(head[:], f.at); err != nil {
		return 0, nil, err
	}
	n, sum := int64(binary.LittleEndian.Uint32(head[:])), binary.LittleEndian.Uint32(head[4:])
	if n < 1 || n > largestFrame {
		return 0, nil, f.damaged()
	}
	begin := f.at + int64(len(head))
	if f.size-begin < n {
		return 0, nil, nil
	}
	data = make([]byte, n)
	if _, err := f.from.ReadAt(data, begin); err != nil {
		return 0, nil, err
	}
	if crc32.Checksum(data, castagnoli) != sum {
		return 0, nil, f.damaged()
	}
	f.at = begin + n
	return data[0], data[1:], nil
}

// damaged returns the error of the last frame.
func (f *frames) damaged() error { return fmt.Errorf("%s: damaged at byte %d", f.path, f.last) }
