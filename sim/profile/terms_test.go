package profile

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTermsAreThoseOfForms compares the table of terms with the structs whose fields it names.
func TestTermsAreThoseOfForms(t *testing.T) {
	for _, kind := range []reflect.Type{reflect.TypeFor[Form](), reflect.TypeFor[Coefficients]()} {
		if kind.NumField() != len(Terms) {
			t.Errorf("%v has %d fields for %d terms", kind, kind.NumField(), len(Terms))
		}
		for i, term := range Terms {
			if name := strings.ToLower(kind.Field(i).Name); name != term.Name {
				t.Errorf("the term %s stands at the place of %v.%s", term.Name, kind, name)
			}
		}
	}
}

// TestTimeIsTheSumOfTerms compares Form.Time with the sum of the terms of the table.
func TestTimeIsTheSumOfTerms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f Form
		var w Work
		sequences, tokens, longest := 0.0, 0.0, 0.0
		for _, term := range Terms {
			*term.Of(&f) = rapid.Int64Range(0, 1e6).Draw(t, term.Name)
		}
		for range rapid.IntRange(0, 5).Draw(t, "sequences") {
			n, cached := rapid.Int64Range(1, 50).Draw(t, "tokens"), rapid.Int64Range(0, 100).Draw(t, "cached")
			w.Add(n, cached)
			sequences, tokens, longest = sequences+1, tokens+float64(n), max(longest, float64(n+cached))
		}
		sum := int64(0)
		for _, term := range Terms {
			feature := term.Feature(&w)
			sum += *term.Of(&f) * feature
			if most := term.Most(sequences, tokens, longest); float64(feature) > most {
				t.Errorf("%s: %d are more than %v", term.Name, feature, most)
			}
		}
		if got := f.Time(w); got != sum {
			t.Errorf("%+v of %+v takes %d, the sum of terms %d", f, w, got, sum)
		}
		if again, err := NewForm(f.Coefficients()); err != nil || again != f {
			t.Errorf("%+v became %+v (%v)", f, again, err)
		}
	})
}
