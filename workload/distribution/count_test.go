package distribution

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
	"wavetank/workload/table"
)

var anyCount = Bounds{1, LargestCount}

// drawCounts returns n draws of a distribution.
func drawCounts(c Count, n int) []float64 {
	s := kernel.NewStream(1, 0, "counts", 0)
	all := make([]float64, n)
	for i := range all {
		all[i] = float64(c.At(StandardNormal(s)))
	}
	return all
}

func TestCountsHaveTheirMoments(t *testing.T) {
	const n = 100_000
	for _, c := range []struct {
		of       Count
		mean, sd float64
	}{
		{must(FixedCount(7)), 7, 0},
		{must(NormalCount(1000, 100, anyCount)), 1000, math.Sqrt(100*100 + 1.0/12)},
		{must(LognormalCount(500, 400, anyCount)), 500, 400},
		{must(LognormalCount(500, 0, anyCount)), 500, 0},
		{must(GeometricCount(4, anyCount)), 4, math.Sqrt(12)},
		{must(GeometricCount(1, anyCount)), 1, 0},
		{must(Histogram([]Bin{{1, 4, 1}, {10, 10, 1}})), 6.25, math.Sqrt((1+4+9+16)/8.0 + 50 - 6.25*6.25)},
	} {
		mean, deviation := moments(drawCounts(c.of, n))
		if math.Abs(mean-c.mean) > 4.5*c.sd/math.Sqrt(n)+1e-9 || math.Abs(deviation-c.sd) > 0.03*c.sd+1e-9 {
			t.Errorf("%v has the mean %g and the deviation %g, want %g and %g", c.of, mean, deviation, c.mean, c.sd)
		}
	}
}

func TestValuesOutsideBecomeTheBounds(t *testing.T) {
	of := must(NormalCount(256, 100, Bounds{64, 512}))
	at := map[float64]float64{}
	const n = 100_000
	for _, v := range drawCounts(of, n) {
		if v < 64 || v > 512 {
			t.Fatalf("%v draws %g", of, v)
		}
		at[v] += 1.0 / n
	}
	for bound, want := range map[float64]float64{64: above(-(64.5 - 256) / 100), 512: above((511.5 - 256) / 100)} {
		want = min(want, 1-want)
		if math.Abs(at[bound]-want) > 4.5*math.Sqrt(want/n) {
			t.Errorf("the bound %g has the share %g, want %g", bound, at[bound], want)
		}
	}
}

func TestBinsOfAHistogramComeInTheirShares(t *testing.T) {
	bins := []Bin{{1, 1, 0}, {2, 2, 3}, {5, 8, 5}, {9, 9, 2}, {10, 99, 0}}
	seen := map[float64]float64{}
	const n = 100_000
	for _, v := range drawCounts(must(Histogram(bins)), n) {
		seen[v] += 1.0 / n
	}
	for v, want := range map[float64]float64{2: 0.3, 5: 0.125, 6: 0.125, 7: 0.125, 8: 0.125, 9: 0.2} {
		if math.Abs(seen[v]-want) > 4.5*math.Sqrt(want*(1-want)/n) {
			t.Errorf("%g has the share %g, want %g", v, seen[v], want)
		}
		delete(seen, v)
	}
	if len(seen) > 0 {
		t.Errorf("values without a share were drawn: %v", seen)
	}
}

// TestQuantilesOfACountRise: At is monotone for every distribution, even at extreme levels.
func TestQuantilesOfACountRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.Int32Range(1, 1000).Draw(t, "least")
		b := Bounds{least, rapid.Int32Range(least, LargestCount).Draw(t, "most")}
		mean, deviation := rapid.Float64Range(1, 1e6).Draw(t, "mean"), rapid.Float64Range(0, 1e6).Draw(t, "deviation")
		var bins []Bin
		for from := int32(1); len(bins) == 0 || rapid.Bool().Draw(t, "more"); {
			from += rapid.Int32Range(0, 9).Draw(t, "gap")
			upto := from + rapid.Int32Range(0, 9).Draw(t, "width")
			bins = append(bins, Bin{from, upto, rapid.Float64Range(0.01, 9).Draw(t, "share")})
			from = upto + 1
		}
		a, z := rapid.Float64Range(-40, 40).Draw(t, "a"), rapid.Float64Range(-40, 40).Draw(t, "z")
		for _, of := range []Count{must(NormalCount(mean, deviation, b)), must(LognormalCount(mean, deviation, b)), must(GeometricCount(mean, b)), must(Histogram(bins))} {
			low, high := of.At(min(a, z)), of.At(max(a, z))
			if low < 1 || high < low || high > LargestCount {
				t.Errorf("%v rises from %d to %d between %g and %g", of, low, high, min(a, z), max(a, z))
			}
		}
	})
}

func TestBadCountsAreRefused(t *testing.T) {
	mentions(t, second(FixedCount(0)), "fixed: value: 0")
	mentions(t, second(NormalCount(0, -1, Bounds{5, 4})), "normal: mean: 0", "normal: sd: -1", "normal: max: 5 to 4")
	mentions(t, second(LognormalCount(math.NaN(), 1, Bounds{0, 1})), "lognormal: mean: NaN", "lognormal: max: 0 to 1")
	mentions(t, second(GeometricCount(0.5, anyCount)), "geometric: mean: 0.5")
	mentions(t, second(Histogram(nil)), "histogram: ")
	mentions(t, second(Histogram([]Bin{{1, 5, 1}, {5, 6, -1}, {9, 8, 1}})), "bins[1]: 5 to 6 is not within 6 to", "bins[2]: 9 to 8", "shares[1]")
}

func TestHistogramsAreReadFromTables(t *testing.T) {
	for _, text := range []string{"from,upto,share\n1,4,2\n10,10,1\n", "share,from,upto\r\n2, 1,4\r\n1,10,10\r\n", "\xef\xbb\xbffrom,upto,share\n\n1,4,0.5\n10,10,0.25"} {
		for _, zipped := range []bool{false, true} {
			of := must(ReadHistogram(table.OnDisk(write(t, "bins.csv", text, zipped))))
			want := must(Histogram([]Bin{{1, 4, 2}, {10, 10, 1}}))
			for z := -4.0; z < 4; z += 0.01 {
				if of.At(z) != want.At(z) {
					t.Fatalf("%q gives %d at %g, want %d", text, of.At(z), z, want.At(z))
				}
			}
		}
	}
	values := must(ReadHistogram(table.OnDisk(write(t, "bins.csv", "from,share\n3,1\n5,1\n", false))))
	if values.At(-1) != 3 || values.At(1) != 5 {
		t.Errorf("a table of values gives %d and %d", values.At(-1), values.At(1))
	}
	for text, want := range map[string]string{
		"":                              "empty",
		"from,upto\n1,2\n":              `column "share" is missing`,
		"from,share\n":                  "the file has no rows",
		"from,share\n1,2,3\n":           "bins.csv:2: 3 fields, but the header has 2",
		"from,share\n1,x\n-1,1\n":       `bins.csv:2: share: "x" is not a number (2 bad lines in all)`,
		"from,upto,share\n5,6,1\n1,2,1": "histogram: bins[1]: 1 to 2 is not within 7",
	} {
		mentions(t, second(ReadHistogram(table.OnDisk(write(t, "bins.csv", text, false)))), want)
	}
}

// TestOldNamesOfColumnsAreStillRead: a table of bins with the column upto is read as one with to.
func TestOldNamesOfColumnsAreStillRead(t *testing.T) {
	for text, want := range map[string]string{"from,to,share\n5,8,1\n": "", "from,upto,share\n5,8,1\n": `the column "upto" is now called "to"`, "from,share\n5,1\n": ""} {
		file := table.OnDisk(write(t, "bins.csv", text, false))
		warning, err := Renamed(file)
		if err != nil || !strings.Contains(warning, want) || (warning == "") != (want == "") {
			t.Errorf("%q: %q, %v; want %q", text, warning, err, want)
		}
		if h := must(ReadHistogram(file)); h.At(-9) != 5 || want != "" && h.At(9) != 8 {
			t.Errorf("%q: %d to %d", text, h.At(-9), h.At(9))
		}
	}
}
