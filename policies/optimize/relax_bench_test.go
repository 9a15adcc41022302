package optimize

import "testing"

func BenchmarkRelaxation(b *testing.B) {
	for name, p := range map[string]Problem{
		"50×10":    realistic(50, 10, 1, 2000, 400),
		"50×10×3":  realistic(50, 10, 3, 2000, 400),
		"4×10×3":   realistic(4, 10, 3, 2000, 40),
		"standing": standing(realistic(50, 10, 1, 2000, 400)),
		"short":    standing(realistic(50, 10, 1, 2000, 40)),
	} {
		x := newIndex(p)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.relax().solve(x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
