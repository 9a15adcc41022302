package linear

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/policies/optimize/program"
	"wavetank/policies/optimize/programfile"
	"wavetank/sim/simtest/shared"
	"wavetank/workload/table"
)

// netlib calls do with every program of the folder netlib.
func netlib(t *testing.T, do func(t *testing.T, name string, p *program.Program)) {
	files, err := filepath.Glob(filepath.Join(shared.Path(t, "instances", "netlib"), "*.mps.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal("no programs", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".mps.gz")
		t.Run(name, func(t *testing.T) {
			p, _, err := programfile.Read(table.OnDisk(file))
			if err != nil {
				t.Fatal(err)
			}
			do(t, name, p)
		})
	}
}

func TestNetlibOptima(t *testing.T) {
	netlib(t, func(t *testing.T, name string, p *program.Program) {
		want, known := optima[name]
		if !known {
			t.Skip("the optimum is not known")
		}
		for _, c := range []Controls{{}, {NoPresolve: true}} {
			r, err := Solve(t.Context(), p, c)
			if err != nil {
				t.Fatal(err)
			}
			if off := math.Abs(r.Objective-want) / (1 + math.Abs(want)); r.Status != Optimal || off > 1e-8 {
				t.Errorf("%+v: %v %.10g, want %.10g (%d steps)", c, r.Status, r.Objective, want, r.Iterations)
			}
			if err := certify(p, r); err != nil {
				t.Error(err)
			}
		}
	})
}

// optima lists the optima that CBC finds. GLPK agrees to all digits that it prints.
var optima = map[string]float64{
	"25fv47":   5501.845888,
	"adlittle": 225494.9632,
	"afiro":    -464.7531429,
	"agg3":     10312115.94,
	"bandm":    -158.6280185,
	"beaconfd": 33592.48581,
	"bnl1":     1977.629562,
	"bnl2":     1811.23654,
	"capri":    2690.012914,
	"degen3":   -987.294,
	"fffff800": 555679.5648,
	"finnis":   172791.0656,
	"fit1p":    9146.378092,
	"gfrd-pnc": 6902236,
	"grow7":    -47787811.81,
	"israel":   -896644.8219,
	"kb2":      -1749.90013,
	"lotfi":    -25.26470606,
	"maros":    -58063.7437,
	"modszk1":  320.6197291,
	"perold":   -9380.755278,
	"pilot4":   -2581.139259,
	"sc50a":    -64.57507706,
	"scagr7":   -2331389.824,
	"scfxm1":   18416.75903,
	"scfxm2":   36660.26156,
	"scfxm3":   54901.25455,
	"scorpion": 1878.124823,
	"scsd1":    8.666666674,
	"scsd6":    50.50000008,
	"scsd8":    904.9999999,
	"sctap1":   1412.25,
	"seba":     15711.6,
	"share1b":  -76589.31858,
	"share2b":  -415.7322407,
	"ship04l":  1793324.538,
	"ship04s":  1798714.7,
	"ship08s":  1920098.211,
	"ship12l":  1470187.919,
	"stocfor2": -39024.40854,
	"tuff":     0.2921477651,
	"woodw":    1.304476333,
}
