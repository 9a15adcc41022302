package programfile

import (
	"testing"

	"wavetank/sim/simtest/shared"
	"wavetank/workload/table"
)

// BenchmarkRead reads the largest available problem of Netlib, from memory.
func BenchmarkRead(b *testing.B) {
	text, err := table.OnDisk(shared.Path(b, "instances", "netlib", "woodw.mps.gz")).Content(table.Largest)
	if err != nil {
		b.Fatal(err)
	}
	p, _, err := Parse("woodw", text)
	if err != nil {
		b.Fatal(err)
	}
	p.Names, p.RowNames = nil, nil // the LP format does not allow some of them
	for _, format := range []string{"p.mps", "p.lp"} {
		written, err := Write(format, p)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(format, func(b *testing.B) {
			b.SetBytes(int64(len(written)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Parse(format, written); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
