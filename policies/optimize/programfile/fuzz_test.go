package programfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse reads any text. Nothing may panic, and a program that is read is valid; where it can be
// written, it is read the same again.
func FuzzParse(f *testing.F) {
	for _, rules := range ruleFiles(f) {
		f.Add(rules.text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, _, err := Parse("file", text)
		if err != nil {
			return
		}
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		p.Name = title(p.Name)
		for _, format := range []string{"p.mps", "p.lp"} {
			written, err := Write(format, p)
			if err != nil {
				continue // a name or a bound that the format cannot hold
			}
			back, _, err := Parse(format, written)
			if err != nil {
				t.Fatalf("%v\n%s", err, written)
			}
			if diff := cmp.Diff(settled(p, format), settled(back, format)); diff != "" {
				t.Fatalf("%s\n%s", diff, written)
			}
		}
	})
}
