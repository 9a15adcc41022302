package programfile

import (
	"math"
	"testing"
)

// optima lists the optima in Netlib's table (netlib.org/lp/data/readme, by MINOS 5.3), and those of
// MIPLIB 3 (miplib.zib.de). bell3a is left out, because its search takes long.
var optima = map[string]map[string]float64{
	"netlib": {
		"25fv47": 5.5018458883e3, "adlittle": 2.2549496316e5, "afiro": -4.6475314286e2, "agg3": 1.0312115935e7, "bandm": -1.5862801845e2,
		"beaconfd": 3.3592485807e4, "bnl1": 1.9776292856e3, "bnl2": 1.8112365404e3, "capri": 2.6900129138e3, "degen3": -9.8729400000e2,
		"fffff800": 5.5567961165e5, "finnis": 1.7279096547e5, "fit1p": 9.1463780924e3, "gfrd-pnc": 6.9022359995e6, "grow7": -4.7787811815e7,
		"israel": -8.9664482186e5, "kb2": -1.7499001299e3, "lotfi": -2.5264706062e1, "maros": -5.8063743701e4, "modszk1": 3.2061972906e2,
		"perold": -9.3807580773e3, "pilot4": -2.5811392641e3, "sc50a": -6.4575077059e1, "scagr7": -2.3313892548e6, "scfxm1": 1.8416759028e4,
		"scfxm2": 3.6660261565e4, "scfxm3": 5.4901254550e4, "scorpion": 1.8781248227e3, "scsd1": 8.6666666743, "scsd6": 5.0500000078e1,
		"scsd8": 9.0499999993e2, "sctap1": 1.4122500000e3, "seba": 1.5711600000e4, "share1b": -7.6589318579e4, "share2b": -4.1573224074e2,
		"ship04l": 1.7933245380e6, "ship04s": 1.7987147004e6, "ship08s": 1.9200982105e6, "ship12l": 1.4701879193e6, "stocfor2": -3.9024408538e4,
		"tuff": 2.9214776509e-1, "woodw": 1.3044763331,
	},
	"miplib3": {"egout": 568.1007, "flugpl": 1201500, "p0033": 3089, "stein27": 18, "vpm1": 20},
}

// TestPublishedProblemsHaveTheirOptima reads and solves the problems. On the hardest problems the
// results of MINOS have relative errors of a few 1e-7.
func TestPublishedProblemsHaveTheirOptima(t *testing.T) {
	for set, list := range optima {
		for name, optimum := range list {
			status, objective := solveHere(t, readFile(t, set, name))
			if status != "optimal" || math.Abs(objective-optimum) > 1e-6*(1+math.Abs(optimum)) {
				t.Errorf("%s: %s %v, want %v", name, status, objective, optimum)
			}
		}
	}
}
