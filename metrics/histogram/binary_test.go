package histogram

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestCompactSurvivesItsBytes: what is read equals what was written, and the bytes behind it stay.
func TestCompactSurvivesItsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := NewLatencies()
		for _, v := range rapid.SliceOf(rapid.Int64Range(0, 1<<50)).Draw(t, "values") {
			l.Add(time.Duration(v))
		}
		for range rapid.IntRange(0, 3).Draw(t, "infinite") {
			l.AddNever()
		}
		want := Scoped{rapid.String().Draw(t, "scope"), rapid.String().Draw(t, "metric"), l}.Compact()
		data, err := want.AppendBinary([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		got, rest, err := ReadCompact(append(data[len("before"):], "after"...))
		if err != nil || string(rest) != "after" || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %q, %v; want %+v", got, rest, err, want)
		}
	})
}

// TestDamagedBytesAreNoticed: cut bytes are an error, and any bytes are read without a panic.
func TestDamagedBytesAreNoticed(t *testing.T) {
	l := NewLatencies()
	l.Add(time.Second)
	l.Add(time.Minute)
	data, err := Scoped{"all", "latency", l}.Compact().AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		if _, _, err := ReadCompact(data[:n]); err == nil {
			t.Errorf("%d of %d bytes are read as a distribution", n, len(data))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c, _, err := ReadCompact(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if err == nil {
			c.AddTo(NewLatencies())
		}
	})
}
