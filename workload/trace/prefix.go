package trace

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

// contents makes the contents of prompts. Each lane has its own salt, so prompts of different lanes
// never have the same content.
type contents struct {
	salt  uint64
	block int32 // tokens in each numbered block of the trace
	spare []tokens.Segment

	made    uint64         // number of prompts that were the longest, and so got a new content
	longest tokens.Segment // the longest prompt so far that shared nothing with an earlier one
}

// segments returns a list for n segments. Lists are cut from large pieces of memory. A piece is
// freed when no request has segments in it any more.
func (c *contents) segments(n int) []tokens.Segment {
	const block = 512
	if len(c.spare) < n {
		c.spare = make([]tokens.Segment, max(n, block))
	}
	room := c.spare[:n:n]
	c.spare = c.spare[n:]
	return room
}

// named returns the content of a prompt from the numbers of its blocks, a list such as "[3, 17,
// 4]". The content has at most as many tokens as the input. It returns nil for an empty list.
func (c *contents) named(list []byte, input int32) (*tokens.Content, error) {
	most := 0
	for i, b := range list {
		if digit(b) && (i == 0 || !digit(list[i-1])) {
			most++
		}
	}
	blocks := int((int64(input) + int64(c.block) - 1) / int64(c.block))
	if most > 2*blocks+2 {
		return nil, c.otherBlocks(most, blocks, input)
	}
	most = min(most, blocks)
	if most == 0 {
		return nil, numbers(list, func(uint64) {})
	}
	room, n, left := c.segments(most), 0, input
	err := numbers(list, func(id uint64) {
		if n < most {
			room[n] = tokens.Segment{Content: id ^ c.salt, Tokens: min(c.block, left)}
			left -= room[n].Tokens
			n++
		}
	})
	if err != nil {
		return nil, err
	}
	return &tokens.Content{Prefix: room}, nil
}

// otherBlocks returns the error for a prompt with far more block numbers than blocks. Probably the
// blocks of the trace are smaller.
func (c *contents) otherBlocks(names, blocks int, input int32) error {
	size := int32(1)
	for ; int((input+size-1)/size) > names; size *= 2 {
	}
	return fmt.Errorf("%d block numbers for %d tokens, but %d tokens per block give %d blocks; %d tokens per block would fit: "+
		"read the file as jsonl, and give its prefix, its block-size and its unit of time", names, input, c.block, blocks, size)
}

// numbers calls do with each whole number of a list.
func numbers(list []byte, do func(uint64)) error {
	number, inside := uint64(0), false
	for i, b := range list {
		switch {
		case digit(b):
			d := uint64(b - '0')
			if number > (math.MaxUint64-d)/10 {
				return errors.New("a number is above 2⁶⁴ − 1")
			}
			number, inside = number*10+d, true
			continue
		case b == ' ' || b == ',' || b == ';' || b == '[' && i == 0 || b == ']' && i == len(list)-1:
		default:
			return fmt.Errorf("%q is not a list of whole numbers", table.Clip(list))
		}
		if inside {
			do(number)
		}
		number, inside = 0, false
	}
	if inside {
		do(number)
	}
	return nil
}

// hit returns the content of a prompt that shares its first hit tokens with an earlier prompt. The
// earlier prompt is the longest of those that shared nothing. Only this prompt is remembered.
func (c *contents) hit(hit, input int32) *tokens.Content {
	switch {
	case hit > 0 && c.longest.Tokens > 0:
		room := c.segments(1)
		room[0] = tokens.Segment{Content: c.longest.Content, Tokens: min(hit, c.longest.Tokens)}
		return &tokens.Content{Prefix: room}
	case hit == 0 && input > c.longest.Tokens:
		c.made++
		c.longest = tokens.Segment{Content: c.made ^ c.salt, Tokens: input}
		room := c.segments(1)
		room[0] = c.longest
		return &tokens.Content{Prefix: room}
	}
	return nil
}

// common returns the content of a prompt that shares its first tokens with every other prompt.
func (c *contents) common(shared int32) *tokens.Content {
	if shared == 0 {
		return nil
	}
	room := c.segments(1)
	room[0] = tokens.Segment{Content: c.salt ^ 1, Tokens: shared}
	return &tokens.Content{Prefix: room}
}

// sessionOf returns the number of a session, above 0, from its name: the FNV-1a hash (Fowler, Noll
// and Vo) of the bytes. It returns 0 for an empty name.
func sessionOf(name []byte, salt uint64) int64 {
	if len(name) == 0 {
		return 0
	}
	const offset, prime = 14695981039346656037, 1099511628211
	h := offset ^ salt
	for _, b := range name {
		h = (h ^ uint64(b)) * prime
	}
	return max(1, int64(h&math.MaxInt64))
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
