package check

import (
	"strings"
	"testing"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
)

// load reads the text of a scenario and builds it.
func load(t *testing.T, text string) *Review {
	t.Helper()
	return loadNamed(t, "s.yaml", text)
}

// loadNamed reads the text of a scenario as if it were in a file of the given name, and builds it.
func loadNamed(t *testing.T, name, text string) *Review {
	t.Helper()
	f, err := file.Read(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := build.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	return New(b)
}

// mistakes returns what is wrong with the text of a scenario.
func mistakes(text string) string {
	f, err := file.Read("s.yaml", []byte(text))
	if err == nil {
		_, err = build.Build(f)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// says reports whether a warning contains a text.
func says(e *Review, text string) bool {
	return strings.Contains(strings.Join(e.Warnings(), "\n"), text)
}
