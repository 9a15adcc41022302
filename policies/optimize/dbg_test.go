package optimize

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestDbg(t *testing.T) {
	for _, n := range []int{4, 6, 10, 50} {
		for _, k := range []int{3, 10} {
			for _, d := range []float64{30, 150, 600} {
				p := realistic(n, k, 1, d, 1000)
				q := standing(realistic(n, k, 1, d, 1000))
				for i, x := range []Problem{p, q} {
					a := time.Now()
					b, _ := Solve(Best{}, x)
					t1 := time.Since(a)
					a = time.Now()
					r, err := Solve(MILP{}, x)
					t2 := time.Since(a)
					if err != nil {
						t.Fatal(err)
					}
					l := newFillings(newIndex(x))
					l.basics(&b)
					a = time.Now()
					g := l.generate()
					t3 := time.Since(a)
					n1 := len(l.list)
					a = time.Now()
					all := l.complete(g, b.Objective)
					t4 := time.Since(a)
					fmt.Println(n, k, d, i, "best", t1, b.Objective, b.Bound, "milp", t2, r.Objective, r.Bound, r.Exact, "gap", (r.Objective-r.Bound)/r.Objective, r.Method, "root", g.bound, t3, n1, "all", t4, len(l.list), all, l.unsure)
				}
			}
		}
	}
	_ = rand.Int
}
