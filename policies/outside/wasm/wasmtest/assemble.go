// Package wasmtest writes WebAssembly modules for tests. The text of a module has one instruction
// or declaration in each line, after the text format of WebAssembly:
//
//	memory 2 16                         pages: at first, and at most (optional)
//	table 9                             entries
//	import env clock                    a function without parameters and results
//	start                               the next function is called when the module starts
//	func route (i32 i32) i32 locals i64 an exported function; its body follows
//	end
package wasmtest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// types are the codes of value types.
var types = map[string]byte{"i32": 0x7f, "i64": 0x7e, "f32": 0x7d, "f64": 0x7c}

// operation is the code of an instruction and the kind of what follows.
type operation struct {
	code []byte
	kind byte
}

// The kinds of what follows a code.
const (
	nothing  = iota
	void     // an empty block type
	index    // unsigned numbers, those of the line
	constant // a whole number
	real64   // a constant with 8 bytes
	memory32 // the offset of the line, for 4 bytes
	memory64 // the same for 8 bytes
	zero     // the index of the memory
	zeros    // two of them
)

// operations are the instructions that tests use.
var operations = map[string]operation{
	"unreachable": {[]byte{0x00}, nothing}, "block": {[]byte{0x02}, void}, "loop": {[]byte{0x03}, void}, "if": {[]byte{0x04}, void},
	"else": {[]byte{0x05}, nothing}, "end": {[]byte{0x0b}, nothing}, "br": {[]byte{0x0c}, index}, "br_if": {[]byte{0x0d}, index},
	"return": {[]byte{0x0f}, nothing}, "call": {[]byte{0x10}, index}, "drop": {[]byte{0x1a}, nothing}, "select": {[]byte{0x1b}, nothing},
	"local.get": {[]byte{0x20}, index}, "local.set": {[]byte{0x21}, index}, "local.tee": {[]byte{0x22}, index},
	"i32.load": {[]byte{0x28}, memory32}, "i64.load": {[]byte{0x29}, memory64}, "f64.load": {[]byte{0x2b}, memory64},
	"i64.store": {[]byte{0x37}, memory64}, "f64.store": {[]byte{0x39}, memory64}, "memory.grow": {[]byte{0x40}, zero},
	"i32.const": {[]byte{0x41}, constant}, "i64.const": {[]byte{0x42}, constant}, "i32.eqz": {[]byte{0x45}, nothing},
	"i32.lt_u": {[]byte{0x49}, nothing}, "i64.eq": {[]byte{0x51}, nothing}, "i64.lt_s": {[]byte{0x53}, nothing},
	"f64.const": {[]byte{0x44}, real64}, "f64.lt": {[]byte{0x63}, nothing}, "f64.sub": {[]byte{0xa1}, nothing}, "i32.add": {[]byte{0x6a}, nothing}, "i32.div_u": {[]byte{0x6e}, nothing}, "i32.and": {[]byte{0x71}, nothing}, "i32.or": {[]byte{0x72}, nothing},
	"i64.add": {[]byte{0x7c}, nothing}, "i32.wrap_i64": {[]byte{0xa7}, nothing},
	"memory.copy": {[]byte{0xfc, 10}, zeros}, "memory.fill": {[]byte{0xfc, 11}, zero},
	"table.grow": {[]byte{0xfc, 15}, index}, "ref.null": {[]byte{0xd0, 0x70}, nothing}, "v128.const": {append([]byte{0xfd, 12}, make([]byte, 16)...), nothing},
}

// Assemble returns the module of a text. It panics if the text is wrong.
func Assemble(text string) []byte {
	a := &assembler{parts: map[byte][][]byte{}}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, ";;")
		if words := strings.Fields(line); len(words) > 0 {
			if err := a.line(words); err != nil {
				panic(fmt.Sprintf("line %d: %v", i+1, err))
			}
		}
	}
	out := []byte("\x00asm\x01\x00\x00\x00")
	for _, id := range slices.Sorted(maps.Keys(a.parts)) {
		content := binary.AppendUvarint(nil, uint64(len(a.parts[id])))
		if id == startSection {
			content = nil
		}
		content = append(content, slices.Concat(a.parts[id]...)...)
		out = append(binary.AppendUvarint(append(out, id), uint64(len(content))), content...)
	}
	return out
}

// startSection is the section that names the function which starts the module.
const startSection = 8

// assembler collects the entries of the sections of a module.
type assembler struct {
	parts    map[byte][][]byte
	imported int
	body     []byte // of the present function
	depth    int    // of blocks; 0: outside of functions
}

func (a *assembler) add(id byte, entry ...[]byte) {
	a.parts[id] = append(a.parts[id], slices.Concat(entry...))
}

// sized returns bytes after their number.
func sized[B string | []byte](b B) []byte {
	return append(binary.AppendUvarint(nil, uint64(len(b))), b...)
}

// line reads one line.
func (a *assembler) line(words []string) error {
	if a.depth > 0 {
		return a.instruction(words)
	}
	switch words[0] {
	case "memory", "table":
		limits := []byte{byte(len(words) - 2)}
		for _, w := range words[1:] {
			n, err := strconv.ParseUint(w, 10, 32)
			if err != nil {
				return err
			}
			limits = binary.AppendUvarint(limits, n)
		}
		if words[0] == "table" {
			a.add(4, []byte{0x70}, limits)
			return nil
		}
		a.add(5, limits)
		a.add(7, sized("memory"), []byte{2, 0})
	case "import":
		a.add(1, []byte{0x60, 0, 0})
		a.add(2, sized(words[1]), sized(words[2]), []byte{0}, binary.AppendUvarint(nil, uint64(len(a.parts[1])-1)))
		a.imported++
	case "start":
		a.add(startSection, binary.AppendUvarint(nil, uint64(a.imported+len(a.parts[3]))))
	case "func":
		return a.function(words[1], strings.Join(words[2:], " "))
	default:
		return fmt.Errorf("there is no %q", words[0])
	}
	return nil
}

// function begins a function.
func (a *assembler) function(name, rest string) error {
	parameters, rest, _ := strings.Cut(strings.TrimPrefix(rest, "("), ")")
	results, locals, _ := strings.Cut(rest, "locals")
	lists := make([][]byte, 3)
	for i, text := range []string{parameters, results, locals} {
		for _, w := range strings.Fields(text) {
			t, ok := types[w]
			if !ok {
				return fmt.Errorf("there is no type %q", w)
			}
			lists[i] = append(lists[i], t)
		}
	}
	a.add(1, []byte{0x60}, sized(lists[0]), sized(lists[1]))
	a.add(7, sized(name), []byte{0}, binary.AppendUvarint(nil, uint64(a.imported+len(a.parts[3]))))
	a.add(3, binary.AppendUvarint(nil, uint64(len(a.parts[1])-1)))
	a.body, a.depth = binary.AppendUvarint(nil, uint64(len(lists[2]))), 1
	for _, t := range lists[2] {
		a.body = append(a.body, 1, t)
	}
	return nil
}

// instruction appends an instruction to the present function.
func (a *assembler) instruction(words []string) error {
	op, ok := operations[words[0]]
	if !ok {
		return fmt.Errorf("there is no instruction %q", words[0])
	}
	var numbers []int64
	for _, w := range words[1:] {
		n, err := strconv.ParseInt(w, 0, 64)
		if op.kind == real64 {
			var value float64
			value, err = strconv.ParseFloat(w, 64)
			n = int64(math.Float64bits(value))
		}
		if err != nil {
			return err
		}
		numbers = append(numbers, n)
	}
	a.body = append(a.body, op.code...)
	switch op.kind {
	case void:
		a.body, a.depth = append(a.body, 0x40), a.depth+1
	case index:
		for _, n := range numbers {
			a.body = binary.AppendUvarint(a.body, uint64(n))
		}
	case constant:
		n := numbers[0]
		for ; n < -0x40 || n >= 0x40; n >>= 7 {
			a.body = append(a.body, byte(n)|0x80)
		}
		a.body = append(a.body, byte(n)&0x7f)
	case real64:
		a.body = binary.LittleEndian.AppendUint64(a.body, uint64(numbers[0]))
	case memory32, memory64:
		a.body = binary.AppendUvarint(append(a.body, op.kind-memory32+2), uint64(numbers[0]))
	case zero, zeros:
		a.body = append(a.body, make([]byte, op.kind-zero+1)...)
	}
	if words[0] == "end" {
		if a.depth--; a.depth == 0 {
			a.add(10, sized(a.body))
		}
	}
	return nil
}
