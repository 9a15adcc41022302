package measured

import (
	"math"
	"slices"
	"testing"
)

// TestTokensPerSecondOfClientsAreWholeTimes reads points that have a throughput, in tokens per
// second, instead of times. From this follows the mean time of a whole request.
func TestTokensPerSecondOfClientsAreWholeTimes(t *testing.T) {
	for text, want := range map[string][]float64{
		"input,output,concurrency,e2e_ms\n100,50,4,2000\n":                                  {2},
		"input,output,concurrency,output_tokens_per_second\n100,50,4,100\n100,50,8,100\n":   {2, 4},
		"input,output,concurrency,tokens_per_second\n100,50,4,300\n":                        {2},
		"input,output,concurrency,tokens_per_second,ttft,tpot\n100,50,4,300,1,1\n":          nil,
		"input,output,tokens_per_second\n100,50,4\n":                                        nil,
		"input,output,concurrency,e2e,output_tokens_per_second\n100,50,4,3,100\n":           {3},
		"input,output,concurrency,tokens_per_second,output_tokens_per_second\n9,5,2,1,10\n": {1},
	} {
		table := read(t, text)
		if err := wholeTimes(table); err != nil {
			t.Fatal(err)
		}
		e2e, err := table.Numbers(0, "e2e")
		if err != nil || len(e2e) != len(want) || slices.ContainsFunc(e2e, math.IsNaN) {
			t.Errorf("%q: %v %v, want %v", text, e2e, err, want)
			continue
		}
		for i := range want {
			if math.Abs(e2e[i]-want[i]) > 1e-9 {
				t.Errorf("%q: %v, want %v", text, e2e, want)
			}
		}
		if ttft, _ := table.Numbers(0, "ttft"); want != nil && ttft[0] != 0 {
			t.Errorf("%q: the first token after %v", text, ttft)
		}
	}
	if wholeTimes(read(t, "input,output,concurrency,tokens_per_second\n1,1,1,none\n")) == nil {
		t.Error("a word was taken for tokens per second")
	}
}

// TestAColumnMayBeTwoThings names one column for two quantities.
func TestAColumnMayBeTwoThings(t *testing.T) {
	table := read(t, "length,wait\n7,2\n8,3\n")
	for _, name := range []string{"input", "output"} {
		if err := table.Rename("length", name, ""); err != nil {
			t.Fatal(err)
		}
	}
	in, e1 := table.Numbers(0, "input")
	out, e2 := table.Numbers(0, "output")
	if e1 != nil || e2 != nil || !slices.Equal(in, out) || !slices.Equal(in, []float64{7, 8}) {
		t.Errorf("%v %v %v %v", in, out, e1, e2)
	}
	if table.Rename("width", "input", "") == nil {
		t.Error("an unknown column was taken")
	}
}
