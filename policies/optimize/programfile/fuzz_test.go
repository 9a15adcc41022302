package programfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse reads arbitrary texts. Nothing may panic. A program that was read must be valid. If it
// can be written, reading the file again must give the same program.
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
				continue // the format does not allow a name or a bound
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
