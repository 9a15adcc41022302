package wasm

import (
	"fmt"
)

// The sections of modules that are read here, by their numbers in the binary format.
const (
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	tableSection    = 4
	globalSection   = 6
	exportSection   = 7
	codeSection     = 10
)

// header is the length of the magic number and the version.
const header = 8

// section is a part of a module.
type section struct {
	id      byte
	content []byte
}

// sections splits a valid module.
//
// Source: WebAssembly Core Specification, 2.0, chapter 5, binary format.
func sections(module []byte) (all []section) {
	r := reader(module[header:])
	for len(r) > 0 {
		id := r.byte()
		all = append(all, section{id, r.take(int(r.number()))})
	}
	return all
}

// find returns the content of the section with a number, or nil.
func find(all []section, id byte) []byte {
	for i := range all {
		if all[i].id == id {
			return all[i].content
		}
	}
	return nil
}

// reader is what is left of bytes that are read.
type reader []byte

func (r *reader) byte() byte { return r.take(1)[0] }

func (r *reader) take(n int) []byte {
	taken := (*r)[:n]
	*r = (*r)[n:]
	return taken
}

// number reads an unsigned number in LEB128. It also skips a signed one, which is as long.
func (r *reader) number() (v uint64) {
	for shift := 0; ; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
}

// skip skips so many numbers.
func (r *reader) skip(numbers int) {
	for range numbers {
		r.number()
	}
}

// name reads a text.
func (r *reader) name() string { return string(r.take(int(r.number()))) }

// limits skips the size of a table or memory, and returns the least size.
func (r *reader) limits() (least uint64) {
	bounded := r.byte()&1 == 1
	if least = r.number(); bounded {
		r.number()
	}
	return least
}

// imports returns the names of all imports.
func imports(content []byte) (names []string) {
	if content == nil {
		return nil
	}
	r := reader(content)
	for range r.number() {
		names = append(names, r.name()+"."+r.name())
		switch kind := r.byte(); kind {
		case 0: // a function
			r.number()
		case 1: // a table
			r.byte()
			r.limits()
		case 2: // a memory
			r.limits()
		default: // a global
			r.take(2)
		}
	}
	return names
}

// instruction skips one instruction and returns its code. Instructions after the prefix 0xfc have
// the code 0xfc00 plus their number.
//
// Source: WebAssembly Core Specification, 2.0, section 5.4, without vector instructions.
func (r *reader) instruction() (code int, err error) {
	code = int(r.byte())
	switch {
	case code == 0xfc:
		code = prefixed | int(r.number())
		r.skip(immediates[code])
	case code == 0x0e: // br_table
		r.skip(int(r.number()) + 1)
	case code == 0x1c: // select with types
		r.take(int(r.number()))
	case code == 0x43: // f32.const
		r.take(4)
	case code == 0x44: // f64.const
		r.take(8)
	case 0x28 <= code && code <= 0x3e: // loads and stores: alignment and offset
		r.skip(2)
	case code <= 0x01, 0x05 <= code && code <= 0x11, 0x1a <= code && code <= 0x26, 0x45 <= code && code <= 0xc4,
		immediates[code] > 0, code == 0xd1:
		r.skip(immediates[code])
	default:
		return code, fmt.Errorf("the instruction 0x%02x is not supported", code)
	}
	return code, nil
}

// prefixed marks the codes of instructions after the prefix 0xfc.
const prefixed = 0xfc00

// The instructions that are treated in a special way.
const (
	loop       = 0x03
	memoryInit = prefixed | 8
	memoryCopy = prefixed | 10
	memoryFill = prefixed | 11
	tableInit  = prefixed | 12
	tableCopy  = prefixed | 14
	tableGrow  = prefixed | 15
	tableFill  = prefixed | 17
)

// immediates are the numbers that follow instructions, where there are some: block types, labels,
// indices and constants.
var immediates = map[int]int{
	0x02: 1, loop: 1, 0x04: 1, 0x0c: 1, 0x0d: 1, 0x10: 1, 0x11: 2,
	0x20: 1, 0x21: 1, 0x22: 1, 0x23: 1, 0x24: 1, 0x25: 1, 0x26: 1,
	0x3f: 1, 0x40: 1, 0x41: 1, 0x42: 1, 0xd0: 1, 0xd2: 1,
	memoryInit: 2, prefixed | 9: 1, memoryCopy: 2, memoryFill: 1,
	tableInit: 2, prefixed | 13: 1, tableCopy: 2, tableGrow: 1, prefixed | 16: 1, tableFill: 1,
}
