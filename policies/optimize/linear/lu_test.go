package linear

import (
	"math"
	"math/rand/v2"
	"testing"
)

// randomMatrix returns a matrix of m rows and n columns. Each column has a few entries, and some
// entries are far larger than others.
func randomMatrix(r *rand.Rand, m, n int) *matrix {
	a := &matrix{rows: m, columns: n}
	c := &a.byColumn
	c.start = []int32{0}
	for range n {
		in := map[int32]bool{}
		for range 1 + r.IntN(4) {
			in[int32(r.IntN(m))] = true
		}
		for i := range int32(m) {
			if in[i] {
				c.index = append(c.index, i)
				c.value = append(c.value, math.Ldexp(float64(1+r.IntN(9)), r.IntN(9)-4)*float64(1-2*r.IntN(2)))
			}
		}
		c.start = append(c.start, int32(len(c.index)))
	}
	a.makeRows()
	return a
}

// basisTimes returns B·x, and transposed Bᵀ·x, for the basis of head.
func basisTimes(a *matrix, head []int32, x []float64) (product, transposed []float64) {
	product, transposed = make([]float64, a.rows), make([]float64, a.rows)
	for r, v := range head {
		if i := int(v) - a.columns; i >= 0 {
			product[i] += x[r]
			transposed[r] = x[i]
			continue
		}
		a.addColumn(int(v), x[r], product)
		transposed[r] = a.dot(int(v), x)
	}
	return product, transposed
}

// solvesBack checks that FTRAN and BTRAN return a vector from its products with the basis.
func solvesBack(t *testing.T, f *lu, a *matrix, head []int32, r *rand.Rand) {
	t.Helper()
	x, entries := make([]float64, a.rows), 1+r.IntN(3)
	for range entries {
		x[r.IntN(a.rows)] = float64(r.IntN(19) - 9)
	}
	product, transposed := basisTimes(a, head, x)
	for name, right := range map[string][]float64{"FTRAN": product, "BTRAN": transposed} {
		for _, listed := range []bool{false, true} {
			var v vector
			v.resize(a.rows)
			copy(v.value, right)
			v.count = -1
			if listed {
				v.list()
				v.density = 0 // makes triangle.solve use sparse
			}
			if name == "FTRAN" {
				f.ftran(&v, false)
			} else {
				f.btran(&v, false)
			}
			inside := map[int32]bool{}
			for _, i := range v.entries() {
				inside[i] = true
			}
			for i := range x {
				if math.Abs(v.value[i]-x[i]) > 1e-6*(1+large(x)) {
					t.Fatalf("%s: entry %d is %v, want %v", name, i, v.value[i], x[i])
				}
				if v.value[i] != 0 && !inside[int32(i)] {
					t.Fatalf("%s: entry %d is not listed", name, i)
				}
			}
		}
	}
}

// TestFactorsSolveForTheirBasis factorises and updates random bases, many of which are singular.
func TestFactorsSolveForTheirBasis(t *testing.T) {
	updates, lost := 0, 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := 1 + r.IntN(30)
		if seed%10 == 0 {
			m = 150 + r.IntN(100)
		}
		n := m + r.IntN(2*m)
		a := randomMatrix(r, m, n)
		basic := map[int32]bool{}
		var head []int32
		for len(head) < m {
			v := int32(r.IntN(n + m))
			if r.IntN(4) == 0 {
				v = int32(n + r.IntN(m))
			}
			if !basic[v] {
				basic[v] = true
				head = append(head, v)
			}
		}
		var f lu
		lost += len(f.factorize(a, head))
		clear(basic)
		for _, v := range head {
			if basic[v] {
				t.Fatal("a variable is basic twice")
			}
			basic[v] = true
		}
		solvesBack(t, &f, a, head, r)
		for range 20 {
			updates += replace(&f, a, head, basic, r)
		}
		solvesBack(t, &f, a, head, r)
		var copied lu
		copied.walk.resize(m)
		copied.copyFrom(&f)
		solvesBack(t, &copied, a, head, r)
	}
	if updates < 500 || lost < 100 {
		t.Errorf("only %d updates and %d lost variables: the test is too weak", updates, lost)
	}
}

// replace replaces a random variable of the basis and updates the factors, if the pivot is large
// enough. It returns the number of updates.
func replace(f *lu, a *matrix, head []int32, basic map[int32]bool, r *rand.Rand) int {
	q := int32(r.IntN(a.columns + a.rows))
	if basic[q] {
		return 0
	}
	var column, row vector
	column.resize(a.rows)
	row.resize(a.rows)
	if i := q - int32(a.columns); i >= 0 {
		column.set(i, 1)
	} else {
		index, value := a.column(int(q))
		for k, i := range index {
			column.set(i, value[k])
		}
	}
	f.ftran(&column, true)
	place := int32(r.IntN(a.rows))
	if math.Abs(column.value[place]) < 1e-2*large(column.value) {
		return 0
	}
	row.set(place, 1)
	f.btran(&row, true)
	f.update(place, column.value[place])
	delete(basic, head[place])
	head[place] = q
	basic[q] = true
	return 1
}
