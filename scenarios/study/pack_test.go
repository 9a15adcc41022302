package study

import (
	"testing"

	"pgregory.net/rapid"

	"wavetank/scenarios"

	"github.com/klauspost/compress/s2"
)

// TestDamagedPartsAreNoticed: cut bytes are an error, and any bytes are read without a panic.
func TestDamagedPartsAreNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := finished(t, scenarios.Whole)
		course, err := s2.Decode(nil, packCourse(&f.Full))
		if err != nil {
			t.Fatal(err)
		}
		cut := rapid.IntRange(0, len(course)-1).Draw(t, "cut")
		if _, err := unpackCourse(s2.Encode(nil, course[:cut])); err == nil {
			t.Fatalf("%d of %d bytes are read as a course", cut, len(course))
		}
		any := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		for _, data := range [][]byte{any, s2.Encode(nil, any)} {
			_, _ = unpackCourse(data)
			_, _ = unpackDistributions(data)
		}
	})
}
