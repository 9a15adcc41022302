package strict

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzEveryFaultIsInsideTheFile feeds any bytes to the decoder, which must not panic.
func FuzzEveryFaultIsInsideTheFile(f *testing.F) {
	for _, seed := range []string{good, "", "a: [", "a: &a [*a]", "name: x\nworkload:\n", "\ufeffname: 1\r\nseed:\r", "? {a: 1}\n: 2\n", "a: |\n  x\n", "- 1\n", "\u2028a: 1", "%YAML 1.1\n---\na: 1\n...\n", "a: !!binary xx\n<<: *x"} {
		f.Add([]byte(seed), "workload[0].model", "x")
	}
	f.Fuzz(func(t *testing.T, data []byte, path, value string) {
		doc, err := Parse("f", data)
		var faults Faults
		if err != nil {
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("error without faults: %v", err)
			}
		} else {
			faults = append(faults, doc.Decode(new(scenario))...)
			faults = append(faults, doc.Fault(path, value))
		}
		lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n"), "\n")
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > len(lines) || fault.Column < 1 || fault.Column > utf8.RuneCountInString(lines[fault.Line-1])+1 {
				t.Errorf("%v is outside of a file of %d lines", fault, len(lines))
			}
		}
		if err == nil && doc.Set(path, value) == nil {
			doc.Decode(new(scenario))
		}
	})
}
