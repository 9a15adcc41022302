package wasm

import (
	"encoding/binary"
	"errors"
	"slices"
)

// left is the export of the global that a metered module has: the steps that are left. It is
// negative after a module took too many.
const left = "wavetank_steps_left"

// perStep is log2 of the bytes that an instruction on a range of memory, or the entries of a table,
// copies for each step.
const perStep = 6

// The parts of instructions that meter inserts.
const (
	getGlobal  = 0x23
	setGlobal  = 0x24
	constant64 = 0x42
	less64     = 0x53 // signed
	minus64    = 0x7d
	shift64    = 0x88 // unsigned, to the right
	from32     = 0xad // unsigned
)

// meter returns a valid module without imports that counts its steps: calls of its functions,
// rounds of its loops, and for instructions on ranges each 64 bytes. A module that takes more than
// the given steps is trapped at the same place on every computer.
//
// It gets a global with the steps that are left, a function that charges for ranges, and
// instructions at the begin of each function and loop that count down. All of it comes last in its
// section, so no index changes.
func meter(module []byte, steps int64) ([]byte, error) {
	all := sections(module)
	m := metering{
		global:  size(find(all, globalSection)),
		charges: size(find(all, functionSection)),
	}
	kind := size(find(all, typeSection))
	out := slices.Clone(module[:header])
	if m.global == 0 && find(all, globalSection) == nil {
		at := slices.IndexFunc(all, func(s section) bool { return s.id == exportSection })
		all = slices.Insert(all, at, section{globalSection, []byte{0}})
	}
	for _, s := range all {
		switch s.id {
		case typeSection:
			s.content = extended(s.content, []byte{0x60, 1, 0x7f, 1, 0x7f}) // i32 to i32
		case functionSection:
			s.content = extended(s.content, binary.AppendUvarint(nil, kind))
		case globalSection:
			start := append(signed([]byte{0x7e, 1, constant64}, steps), 0x0b) // a variable i64
			s.content = extended(s.content, start)
		case exportSection:
			entry := append(binary.AppendUvarint(nil, uint64(len(left))), left...)
			s.content = extended(s.content, binary.AppendUvarint(append(entry, 3), m.global))
		case codeSection:
			var err error
			if s.content, err = m.code(s.content); err != nil {
				return nil, err
			}
		}
		out = binary.AppendUvarint(append(out, s.id), uint64(len(s.content)))
		out = append(out, s.content...)
	}
	return out, nil
}

// size returns the number of entries of a section, 0 for nil.
func size(content []byte) uint64 {
	n, _ := binary.Uvarint(content)
	return n
}

// extended returns the content of a section with one more entry.
func extended(content, entry []byte) []byte {
	n, begin := binary.Uvarint(content)
	return slices.Concat(binary.AppendUvarint(nil, n+1), content[begin:], entry)
}

// signed appends a positive number in signed LEB128.
func signed(out []byte, n int64) []byte {
	for ; n >= 0x40; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

// metering counts in a global, and in a function that charges for ranges.
type metering struct {
	global, charges uint64
}

// code returns the code section with metered functions, and the function that charges.
func (m *metering) code(content []byte) ([]byte, error) {
	r := reader(content)
	n := r.number()
	out := binary.AppendUvarint(nil, n+1)
	for range n {
		body, err := m.body(r.take(int(r.number())))
		if err != nil {
			return nil, err
		}
		out = append(binary.AppendUvarint(out, uint64(len(body))), body...)
	}
	// no locals; the parameter, as steps, is counted and returned
	charge := m.count([]byte{0}, 0x20, 0, from32, constant64, perStep, shift64)
	charge = append(charge, 0x20, 0, 0x0b)
	return append(binary.AppendUvarint(out, uint64(len(charge))), charge...), nil
}

// body returns a metered function.
func (m *metering) body(body []byte) ([]byte, error) {
	r := reader(body)
	for range r.number() { // groups of locals of one type
		r.number()
		r.byte()
	}
	out := m.count(slices.Clone(body[:len(body)-len(r)]), constant64, 1)
	for len(r) > 0 {
		before := r
		code, err := r.instruction()
		switch code {
		case memoryInit, memoryCopy, memoryFill, tableInit, tableCopy, tableFill:
			out = binary.AppendUvarint(append(out, 0x10), m.charges) // the length is on the stack
		case tableGrow:
			err = errors.New("the instruction table.grow is not supported")
		}
		if err != nil {
			return nil, err
		}
		if out = append(out, before[:len(before)-len(r)]...); code == loop {
			out = m.count(out, constant64, 1)
		}
	}
	return out, nil
}

// count appends instructions that take off the steps which other instructions compute, and trap if
// too few were left.
func (m *metering) count(out []byte, steps ...byte) []byte {
	get := binary.AppendUvarint([]byte{getGlobal}, m.global)
	out = append(append(append(out, get...), steps...), minus64)
	out = binary.AppendUvarint(append(out, setGlobal), m.global)
	out = append(append(out, get...), constant64, 0, less64)
	return append(out, 0x04, 0x40, 0x00, 0x0b) // if, unreachable, end
}
