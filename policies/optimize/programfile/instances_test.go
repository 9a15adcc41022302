package programfile

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/policies/optimize/program"
	"wavetank/sim/simtest/shared"
	"wavetank/workload/table"
)

// published lists the sizes of published problems. Those of Netlib are from its table
// (netlib.org/lp/data/readme), which counts the objective as a row with its coefficients.
var published = map[string][]struct {
	name                                  string
	rows, columns, coefficients, integers int
}{
	"netlib": {
		{"25fv47", 822, 1571, 11127, 0}, {"adlittle", 57, 97, 465, 0}, {"afiro", 28, 32, 88, 0}, {"agg3", 517, 302, 4531, 0},
		{"bandm", 306, 472, 2659, 0}, {"beaconfd", 174, 262, 3476, 0}, {"bnl1", 644, 1175, 6129, 0}, {"bnl2", 2325, 3489, 16124, 0},
		{"capri", 272, 353, 1786, 0}, {"degen3", 1504, 1818, 26230, 0}, {"fffff800", 525, 854, 6235, 0}, {"finnis", 498, 614, 2714, 0},
		{"fit1p", 628, 1677, 10894, 0}, {"gfrd-pnc", 617, 1092, 3467, 0}, {"grow7", 141, 301, 2633, 0}, {"israel", 175, 142, 2358, 0},
		{"kb2", 44, 41, 291, 0}, {"lotfi", 154, 308, 1086, 0}, {"maros", 847, 1443, 10006, 0}, {"modszk1", 688, 1620, 4158, 0},
		{"perold", 626, 1376, 6026, 0}, {"pilot4", 411, 1000, 5145, 0}, {"sc50a", 51, 48, 131, 0}, {"scagr7", 130, 140, 553, 0},
		{"scfxm1", 331, 457, 2612, 0}, {"scfxm2", 661, 914, 5229, 0}, {"scfxm3", 991, 1371, 7846, 0}, {"scorpion", 389, 358, 1708, 0},
		{"scsd1", 78, 760, 3148, 0}, {"scsd6", 148, 1350, 5666, 0}, {"scsd8", 398, 2750, 11334, 0}, {"sctap1", 301, 480, 2052, 0},
		{"seba", 516, 1028, 4874, 0}, {"share1b", 118, 225, 1182, 0}, {"share2b", 97, 79, 730, 0}, {"ship04l", 403, 2118, 8450, 0},
		{"ship04s", 403, 1458, 5810, 0}, {"ship08s", 779, 2387, 9501, 0}, {"ship12l", 1152, 5427, 21597, 0}, {"stocfor2", 2158, 2031, 9492, 0},
		{"tuff", 334, 587, 4523, 0}, {"woodw", 1099, 8405, 37478, 0},
	},
	"miplib3": {
		{"bell3a", 124, 133, 441, 71}, {"egout", 99, 141, 392, 55}, {"flugpl", 19, 18, 64, 11},
		{"p0033", 17, 33, 131, 33}, {"stein27", 119, 27, 405, 27}, {"vpm1", 235, 378, 917, 168},
	},
}

func TestPublishedProblemsAreReadWhole(t *testing.T) {
	for set, list := range published {
		for _, c := range list {
			p := readFile(t, set, c.name)
			rows, coefficients := p.Height()+1, len(p.Values)+costs(p)
			if rows != c.rows || p.Columns() != c.columns || coefficients != c.coefficients || p.Integers() != c.integers {
				t.Errorf("%s has %d rows, %d columns, %d coefficients, %d integers; want %v", c.name, rows, p.Columns(), coefficients, p.Integers(), c)
			}
		}
	}
}

func TestPublishedProblemsAreWrittenWhole(t *testing.T) {
	for set, list := range published {
		for _, c := range list {
			p := readFile(t, set, c.name)
			for _, format := range []string{"p.mps.gz", "p.lp"} {
				want := lpNamed(p, format)
				if back := writeAndRead(t, format, want); !reflect.DeepEqual(want, back) {
					t.Errorf("%s as %s: %.2000s", c.name, format, cmp.Diff(want, back))
				}
			}
		}
	}
}

// lpNamed removes the name of a program, and the names that the LP format does not allow.
func lpNamed(p *program.Program, format string) *program.Program {
	named := *p
	named.Name = title(p.Name)
	if format == "p.lp" {
		named.Names, named.RowNames = names(nil, p.Columns(), "x"), names(nil, p.Height(), "r")
	}
	return &named
}

func readFile(t *testing.T, set, name string) *program.Program {
	t.Helper()
	p, _, err := Read(table.OnDisk(shared.Path(t, "instances", set, name+".mps.gz")))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// costs returns the number of columns with a cost.
func costs(p *program.Program) (count int) {
	for _, c := range p.Cost {
		if c != 0 {
			count++
		}
	}
	return count
}
