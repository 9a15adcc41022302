package calibrate

import (
	"fmt"
	"testing"
	"wavetank/sim/tokens"
)

const data = "../../../shared/data/"

func show(list []Experiment, f *Fit) {
	for i, p := range f.Parameters {
		fmt.Printf("  %-20s %.4g [%.4g %.4g]\n", p.Name, f.Values[i], f.Low[i], f.High[i])
	}
	for _, h := range []bool{false, true} {
		for _, m := range Compare(list, f.Outcomes, func(r Row) bool { return r.Held == h }) {
			fmt.Printf("  held %v %s n=%d measured %.4f sim %.4f  %+.2f%%  off %.2f%%\n", h, m.Name, m.Rows, m.Measured, m.Simulated, 100*(m.Simulated/m.Measured-1), 100*m.Off)
		}
	}

}
func TestX(t *testing.T) {
	open := func(s string) *Table {
		x, err := OpenTable(data + s)
		if err != nil {
			t.Skip(err)
		}
		return x
	}
	c := tokens.Config{MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 2588, Context: 32768, PrefixCache: true}
	log, err := ReadLog(open("llmservingsim/RTX4090_Llama-3.1-8B.csv"))
	if err != nil {
		t.Fatal(err)
	}
	list := []Experiment{OfLog("rtx", log, 0)}
	Hold(list, 2, 0)
	var n []string
	for _, s := range Shapes() {
		n = append(n, s.Name)
	}
	n = append(n, "")
	for _, s := range n {
		f, err := FitLaw(Options{Config: c, Shape: s}, list)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(s, f.Shape)
		show(list, f)
	}
	for _, cfg := range []string{"vllm", "vllm+batch_size", "vllm+chunking_and_prefix_caching", "vllm+quantization", "vllm+eagle", "vllm+v0_engine"} {
		tb := open("inference-perf-demo/SUMMARY.csv")
		if err := tb.Keep("config", cfg); err != nil {
			t.Fatal(err)
		}
		for i := range tb.header {
			if tb.header[i] == "e2e_mean" {
				tb.header[i] = "e2e_ms"
			}
		}
		pts, err := ReadPoints(tb, Lengths{}, 440)
		if err != nil {
			t.Fatal(err)
		}
		Hold(pts, 0, 4)
		c := tokens.Config{MaxSequences: 128, MaxTokens: 8192, Chunked: false, Block: 16, Blocks: 28000, Context: 512}
		if cfg == "vllm+batch_size" {
			c.MaxSequences = 192
		}
		if cfg != "vllm" && cfg != "vllm+batch_size" {
			c.Chunked = true
		}
		for _, s := range n {
			f, err := FitLaw(Options{Config: c, Shape: s}, pts)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Println(cfg, s, f.Shape, f.Values)
			var es, ths string
			for i, e := range pts {
				r, o := e.Rows[0], f.Outcomes[i][0]
				es += fmt.Sprintf(" %+.1f%%", 100*(o.E2E/r.E2E-1))
				ths += fmt.Sprintf(" %+.1f%%", 100*(o.Throughput/r.Throughput-1))
			}
			fmt.Println(es, ths)
		}
	}
}
