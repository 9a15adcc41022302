package theory_test

import (
	"fmt"

	"wavetank/scenarios/theory"
)

func ExampleValue() {
	p99, err := theory.Value("M/M/c", "c=8;lam=7.2;mu=1", "W_q0.99")
	fmt.Printf("%.5f %v\n", p99, err)
	_, err = theory.Value("M/M/c", "c=8;lam=9;mu=1", "W_q0.99")
	fmt.Println(err)
	// Output:
	// 7.08735 <nil>
	// M/M/c with c=8;lam=9;mu=1: the load is 1.125; a steady state needs less than 1
}

func ExampleNewSetup() {
	pool, err := theory.NewSetup(5, 3, 1, 0.1)
	fmt.Printf("W %.4f, always on %.4f, %v\n", pool.W, pool.AlwaysOn.W, err)
	// Output: W 4.1469, always on 1.1181, <nil>
}
