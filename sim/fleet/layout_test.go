package fleet

import (
	"testing"
	"unsafe"
)

// TestHotStateFillsWholeCacheLines checks the layout that makes large fleets fast, on 64-bit
// machines.
func TestHotStateFillsWholeCacheLines(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("another layout")
	}
	const line = 64
	if n := unsafe.Sizeof(Replica{}); n != line {
		t.Errorf("a replica takes %d bytes", n)
	}
	var s slot
	if n, items := unsafe.Sizeof(s), unsafe.Offsetof(s.Items); n != 2*line || items != line {
		t.Errorf("a place in the slab takes %d bytes, the items are at %d", n, items)
	}
}
