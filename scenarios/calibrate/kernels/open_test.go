package kernels

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/fit"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// small is a network of two layers.
func small(experts int) func(string) (builtin.Architecture, error) {
	return func(string) (builtin.Architecture, error) {
		return builtin.Architecture{Layers: 2, Hidden: 256, Heads: 4, KVHeads: 2, HeadDim: 128, FFN: 512, Vocabulary: 1024, Experts: experts, ActiveExperts: min(2, experts), Bytes: 2, KVBytes: 2}, nil
	}
}

// folder writes files, given by their paths, into a new folder and returns its path.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const (
	denseRows     = "layer,tokens,time_us\nembedding,1,1\nembedding,100,2\nlayernorm,1,3\nlayernorm,100,4\nmlp,1,10\nmlp,100,109\n"
	sequenceRows  = "layer,sequences,time_us\nlm_head,1,50\nlm_head,11,60\nsampler,1,5\nsampler,11,5\n"
	attentionRows = "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n" +
		"1,0,0,0,2\n101,0,0,0,22\n1,100,0,0,4\n101,100,0,0,44\n0,0,1,10,5\n0,0,1,110,15\n0,0,11,10,25\n0,0,11,110,125\n"
	expertRows = "tokens,activated_experts,time_us\n1,2,20\n2,2,20\n2,4,40\n4,2,20\n4,4,40\n4,8,80\n100,8,80\n"
)

// near reports an error if a time in seconds differs from the expected time in microseconds.
func near(t *testing.T, what string, seconds, us float64) {
	t.Helper()
	if math.Abs(seconds*1e6-us) > 1e-6*us {
		t.Errorf("%s takes %v µs, want %v", what, seconds*1e6, us)
	}
}

func TestAProfileTellsWhatAStepTakes(t *testing.T) {
	root := folder(t, map[string]string{
		"card/org/net/bf16/meta.yaml":            "model: org/net\nhardware: card\nvllm_version: 0.19.0\nprofiled_at: '2026-01-02T03:04:05'\n",
		"card/org/net/bf16/tp1/dense.csv":        denseRows,
		"card/org/net/bf16/tp1/per_sequence.csv": sequenceRows,
		"card/org/net/bf16/tp1/attention.csv":    attentionRows,
		"card/org/net/bf16/tp2/dense.csv":        denseRows,
		"card/org/net/bf16/tp2/attention.csv":    attentionRows,
	})
	s, err := Open(root, ProfileOptions{Network: small(1), GPUs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != "org/net" || s.GPU != "card" || s.Date != "2026-01-02" || s.GPUs != 1 || !strings.Contains(s.Name, "vLLM 0.19.0") {
		t.Errorf("the source of the tables is %+v", s)
	}
	// One embedding, four norms, two feed-forward networks, the output layer for the sequences, and
	// attention in two layers.
	near(t, "decode of 11 sequences of 60", s.Time(StepShape{Decodes: 11, Context: 60}), (1+10./99)+4*(3+10./99)+2*20+(60+5)+2*75)
	near(t, "a chunk of 51 after 50", s.Time(StepShape{Chunk: 51, Before: 50}), (1+50./99)+4*(3+50./99)+2*60+(50+5)+2*18)
	near(t, "both", s.Time(StepShape{Chunk: 51, Before: 50, Decodes: 11, Context: 60}), (1+61./99)+4*(3+61./99)+2*71+(61+5)+2*(18+75))
	if s, err = Open(root, ProfileOptions{Network: small(1), GPUs: 2, Link: 1e9, Latency: 1e-6}); err != nil {
		t.Fatal(err)
	}
	// Four exchanges of 512 bytes per token in a ring of two GPUs: each is two messages of half of
	// these bytes.
	near(t, "two GPUs", s.Time(StepShape{Decodes: 1, Context: 10}), 1+4*3+2*10+2*5+4*2*(1+256e-9*1e6))
	if len(s.Notes) == 0 || !strings.Contains(s.Notes[0], "not measured") {
		t.Errorf("the exchange is assumed, and notes are %q", s.Notes)
	}
}

func TestExpertsAreAsManyAsTokensGoThrough(t *testing.T) {
	files := map[string]string{"tp1/dense.csv": denseRows, "tp1/attention.csv": attentionRows, "tp1/moe.csv": expertRows}
	s, err := Open(folder(t, files), ProfileOptions{Model: "net", Network: small(8)})
	if err != nil {
		t.Fatal(err)
	}
	rest := func(n float64) float64 { return (1 + (n-1)/99) + 4*(3+(n-1)/99) + 2*(9+n) }
	near(t, "one token", s.Time(StepShape{Decodes: 1, Context: 10}), rest(1)+2*5+2*20)
	// Two tokens go through 8·(1 − (3/4)²) = 3.5 of 8 experts on average. Each expert takes 10 µs.
	near(t, "two tokens", s.Time(StepShape{Decodes: 2, Context: 10}), rest(2)+2*7+2*35)
	near(t, "many tokens", s.Time(StepShape{Chunk: 101}), rest(101)+2*22+2*80)

	delete(files, "tp1/moe.csv")
	files["tp2/dense.csv"], files["tp2/attention.csv"] = denseRows, attentionRows
	files["tp1/moe.csv"] = "ep,tokens,activated_experts,time_us\n2,1,1,7\n2,2,1,7\n2,2,2,9\n2,100,4,11\n1,1,2,99\n"
	if s, err = Open(folder(t, files), ProfileOptions{Model: "net", Network: small(8), GPUs: 2, Link: 1e15}); err != nil {
		t.Fatal(err)
	}
	near(t, "experts spread over two GPUs", math.Round(s.Time(StepShape{Decodes: 1, Context: 10})*1e9)/1e9, rest(1)+2*5+2*7)
}

// TestTheExpertsOfATableAreFoundInItsModel makes a table in which each expert takes 10 µs, in two
// layers.
func TestTheExpertsOfATableAreFoundInItsModel(t *testing.T) {
	dense, attention, experts := "layer,tokens,time_us\n", "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n", "tokens,activated_experts,time_us\n"
	for n := 1; n <= 1024; n *= 2 {
		dense += fmt.Sprintf("mlp,%d,%v\n", n, max(20, 0.1*float64(n)))
		for context := 16; context <= 4096; context *= 4 {
			attention += fmt.Sprintf("%d,%d,0,0,%v\n0,0,%d,%d,%v\n", n, context, 2+0.01*float64(n), min(n, 64), context, 2+0.001*float64(min(n, 64)*context))
		}
		for _, active := range []int{2, 4, 6, 7, 8} {
			experts += fmt.Sprintf("%d,%d,%d\n", n, active, 10*active)
		}
	}
	s, err := Open(folder(t, map[string]string{"tp1/dense.csv": dense, "tp1/attention.csv": attention, "tp1/moe.csv": experts}), ProfileOptions{Model: "net", Network: small(8)})
	if err != nil {
		t.Fatal(err)
	}
	c := calibratetest.Engine(t)
	f, err := Fit(s.StepTimer, &c, MeanLengths{128, 64})
	if err != nil {
		t.Fatal(err)
	}
	model, err := f.StepTime()
	if err != nil {
		t.Fatal(err)
	}
	if e := model.Experts; e.Count != 8 || e.Active != 2 || math.Abs(float64(e.Each)/(2*10_000*profile.Grains)-1) > 0.05 {
		t.Errorf("experts are %+v, made with 8, 2 and 20 µs", e)
	}
	for _, p := range f.Groups {
		if _, off := p.MeanError(true); off > 0.03 {
			t.Errorf("%s is off by %.1f %%", p.Name, 100*off)
		}
	}
	if _, err := fit.ToMeasurements(fit.FitOptions{Config: tokens.Config{StepTime: model}}, nil); err == nil {
		t.Error("a step-time model with experts started a fit to measurements")
	}
}

func TestTheFirstVersionOfProfilesIsRead(t *testing.T) {
	layers := "layer_name,input,kv_cache,tp_size,latency(ns)\n"
	for _, n := range []int{1, 100} {
		layers += fmt.Sprintf("embedding,%d,0,1,1000\nq_proj,%d,0,1,10000\nattn,%d,0,1,777\nlm_head,%d,0,1,50000\n", n, n, n, n)
	}
	attention := "time_stats.attn_prefill.mean,time_stats.attn_decode.mean,batch_size,prefill_chunk_size,kv_cache_size,is_prefill\n" +
		"0.002,,1,1,0,True\n0.022,,1,101,0,True\n,0.005,1,0,10,False\n,0.015,1,0,110,False\n"
	root := folder(t, map[string]string{"H1/org/net/tp1/layers.csv": layers, "H1/org/net/tp1/attention.csv": attention})
	s, err := Open(root, ProfileOptions{Network: small(1)})
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != "net" || s.GPU != "H1" {
		t.Errorf("the tables are of %q on %q", s.Model, s.GPU)
	}
	near(t, "decode", s.Time(StepShape{Decodes: 1, Context: 60}), 1+2*10+50+2*10)
	near(t, "prefill", s.Time(StepShape{Chunk: 51}), 1+2*10+50+2*12)

	layers += "gate,1,0,1,2000\ngate,100,0,1,2000\nexpert.w1,1,0,1,3000\nexpert.w1,100,0,1,102000\n"
	root = folder(t, map[string]string{"H1/org/net/tp1/layers.csv": layers, "H1/org/net/tp1/attention.csv": attention})
	if s, err = Open(root, ProfileOptions{Network: small(8)}); err != nil {
		t.Fatal(err)
	}
	// One token goes through two experts, each of which gets this one token.
	near(t, "decode of a mixture", s.Time(StepShape{Decodes: 1, Context: 60}), 1+2*12+50+2*10+2*2*3)
}

// operatorTables returns tables in which every kernel takes at least a microsecond, and matrix
// products take a nanosecond per multiplication.
func operatorTables() map[string]string {
	gemm := "gemm_dtype,m,n,k,latency\n"
	for _, m := range []int{1, 64, 4096} {
		for _, n := range []int{64, 512, 4096} {
			for _, k := range []int{64, 512, 4096} {
				gemm += fmt.Sprintf("bfloat16,%d,%d,%d,%v\n", m, n, k, float64(m)*float64(n)*float64(k)*1e-6)
			}
		}
	}
	context, generation := "attn_dtype,kv_cache_dtype,head_dim,num_key_value_heads,num_heads,batch_size,isl,latency\n", "attn_dtype,kv_cache_dtype,head_dim,num_key_value_heads,num_heads,batch_size,step,latency\n"
	for _, n := range []int{1, 64, 4096} {
		for _, heads := range []int{2, 4} {
			context += fmt.Sprintf("bfloat16,bfloat16,128,%d,%d,1,%d,%v\n", heads/2, heads, n, float64(n)*1e-3)
			for _, batch := range []int{1, 256} {
				generation += fmt.Sprintf("bfloat16,bfloat16,128,%d,%d,%d,%d,%v\n", heads/2, heads, batch, n, float64(batch*n)*1e-5)
			}
		}
	}
	return map[string]string{
		"gpu.yaml":                                                "gpu:\n  mem_bw: 1000000000\n  mem_bw_empirical_scaling_factor: 0.5\n  mem_empirical_constant_latency: 0.000001\n",
		"gpu/gemm/vllm/0.9.0/gemm_perf.csv":                       "gemm_dtype,m,n,k,latency\nbfloat16,1,1,1,1\n",
		"gpu/gemm/vllm/0.14.0/gemm_perf.csv":                      gemm,
		"gpu/attention/vllm/0.14.0/context_attention_perf.csv":    context,
		"gpu/attention/vllm/0.14.0/generation_attention_perf.csv": generation,
		"gpu/comm/vllm/0.14.0/custom_allreduce_perf.csv":          "num_gpus,backend,message_size,latency\n2,vllm_graph,256,0.002\n2,vllm_graph,1048576,0.002\n2,vllm_eager,256,9\n",
		"gpu/moe/vllm/0.14.0/moe_perf.csv":                        "moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_size,distribution,latency\nbfloat16,1,256,512,2,8,1,1,power_law_1.01,0.1\nbfloat16,100,256,512,2,8,1,1,power_law_1.01,0.1\n",
	}
}

func TestKernelsOfANetworkAreLookedUp(t *testing.T) {
	files := operatorTables()
	open := func(experts int, o ProfileOptions) *KernelProfile {
		t.Helper()
		o.Model, o.Network = "net", small(experts)
		s, err := Open(filepath.Join(folder(t, files), "gpu"), o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(1, ProfileOptions{})
	if !strings.Contains(s.Name, "vLLM 0.14.0") {
		t.Errorf("read %q, not the newest version", s.Name)
	}
	moves := func(numbers float64) float64 { return 1 + numbers*2/5e8*1e6 } // µs
	layer := func(n float64) float64 {
		return 2*moves(4*n*256) + moves(2*n*1024) + moves(3*n*512) + 1e-3*n*(256*1024+512*256+256*1024+512*256)
	}
	ends := func(n, sequences float64) float64 {
		return moves(2*n*256) + moves(4*n*256) + moves(3*sequences*1024) + 1e-3*sequences*256*1024
	}
	near(t, "decode", s.Time(StepShape{Decodes: 10, Context: 100}), 2*(layer(10)+10*100*1e-2)+ends(10, 10))
	// A chunk of a prompt takes a part of the time of the whole prompt's attention: the share of
	// the pairs of tokens that belong to the chunk.
	near(t, "prefill", s.Time(StepShape{Chunk: 100, Before: 300}), 2*(layer(100)+400*(1-9./16))+ends(100, 1))
	files["gpu/gemm/vllm/0.14.0/gemm_perf.csv"] += "fp8,1,64,64,9\nfp8,4096,64,64,9\nfp8,1,4096,64,9\nfp8,4096,4096,64,9\nfp8,1,64,4096,9\nfp8,4096,64,4096,9\nfp8,1,4096,4096,9\nfp8,4096,4096,4096,9\n"
	near(t, "narrow weights that take longer", open(1, ProfileOptions{Type: "fp8"}).Time(StepShape{Decodes: 10, Context: 100}), s.Time(StepShape{Decodes: 10, Context: 100})*1e6)
	two := open(1, ProfileOptions{GPUs: 2})
	near(t, "two GPUs", two.Time(StepShape{Decodes: 1, Context: 100}),
		2*(2*moves(4*256)+moves(2*512)+moves(3*256)+1e-3*(256*512+256*256+256*512+256*256)+100*1e-2+2*2)+2+2+moves(2*256)+moves(4*256)+moves(3*1024)+1e-3*256*512)
	// The router is smaller than the smallest product in the tables, half as large, so it takes
	// half as long.
	mixture := open(8, ProfileOptions{})
	near(t, "a mixture", mixture.Time(StepShape{Decodes: 1, Context: 100}),
		2*(2*moves(4*256)+moves(2*1024)+1e-3*(256*1024+512*256)+100*1e-2+1e-3*256*64/2+100)+ends(1, 1))
}

func TestWhatIsWrongWithAFolderIsTold(t *testing.T) {
	profile := func(change ...string) map[string]string {
		files := map[string]string{"tp1/dense.csv": denseRows, "tp1/per_sequence.csv": sequenceRows, "tp1/attention.csv": attentionRows, "tp1/moe.csv": expertRows}
		for i := 0; i < len(change); i += 2 {
			if files[change[i]] = change[i+1]; change[i+1] == "" {
				delete(files, change[i])
			}
		}
		return files
	}
	tables := func(change ...string) map[string]string {
		files := operatorTables()
		for i := 0; i < len(change); i += 2 {
			if files[change[i]] = change[i+1]; change[i+1] == "" {
				delete(files, change[i])
			}
		}
		return files
	}
	for name, c := range map[string]struct {
		files   map[string]string
		at      string
		gpus    int
		experts int
		model   string
		want    []string
	}{
		"nothing":      {map[string]string{"x/readme": "hello"}, "", 0, 1, "net", []string{"no folder has kernel tables"}},
		"several":      {profile("tp2/dense.csv", denseRows), "", 0, 1, "net", []string{"several folders", "tp1, ", "tp2"}},
		"no such GPUs": {profile(), "", 4, 1, "net", []string{"no tables are for 4 GPUs", "tp1"}},
		"no model":     {tables(), "gpu", 0, 1, "", []string{"do not name their network"}},
		"two faults at once": {profile("tp1/dense.csv", "layer,tokens,time_us\nmlp,one,3\n", "tp1/attention.csv", "prefill_chunk\n1\n"), "", 0, 1, "net",
			[]string{"dense.csv:2: tokens: \"one\" is not a number", `attention.csv:1: columns "kv_prefill", "n_decode", "kv_decode", "time" are missing; there are prefill_chunk`}},
		"no attention":     {profile("tp1/attention.csv", ""), "", 0, 1, "net", []string{"there is no attention.csv"}},
		"no experts":       {profile("tp1/moe.csv", ""), "", 0, 8, "net", []string{"there is no moe.csv"}},
		"sparse attention": {profile("tp1/attention.csv", "layer,prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\na,1,0,0,0,1\nb,1,0,0,0,1\n"), "", 0, 1, "net", []string{"attention.csv:3: layer: \"b\" and \"a\""}},
		"state space":      {profile("tp1/linear_attention.csv", "layer\nx\n"), "", 0, 1, "net", []string{"linear_attention.csv: networks with such kernels are not supported"}},
		"no link":          {profile("tp2/dense.csv", denseRows, "tp2/attention.csv", attentionRows), "tp2", 0, 1, "net", []string{"lack the exchange", "give the link"}},
		"no type":          {tables("gpu/gemm/vllm/0.14.0/gemm_perf.csv", "gemm_dtype,m,n,k,latency\nfp8,1,1,1,1\n"), "gpu", 1, 1, "net", []string{"no row has gemm_dtype=bfloat16"}},
		"no system":        {tables("gpu.yaml", ""), "gpu", 1, 1, "net", []string{"gpu.yaml, is missing: it may be in"}},
		"bad system":       {tables("gpu.yaml", "gpu:\n  mem_bw: fast\n  mem_bw_empirical_scaling_factor: 1\n"), "gpu", 1, 1, "net", []string{"gpu.mem_bw: want a positive", "gpu.mem_empirical_constant_latency"}},
		"no exchange":      {tables("gpu/comm/vllm/0.14.0/custom_allreduce_perf.csv", ""), "gpu", 2, 1, "net", []string{"give the link"}},
		"odd GPUs":         {tables(), "gpu", 3, 1, "net", []string{"gpus: 4 heads", "cannot be shared by 3"}},
		"other experts":    {tables(), "gpu", 1, 16, "net", []string{"no row has num_experts=16"}},
	} {
		_, err := Open(filepath.Join(folder(t, c.files), c.at), ProfileOptions{Model: c.model, Network: small(c.experts), GPUs: c.gpus})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
	}
}

func TestTooFewStepsAreToldAndNotFitted(t *testing.T) {
	s, err := Open(folder(t, map[string]string{"tp1/dense.csv": denseRows, "tp1/attention.csv": attentionRows}), ProfileOptions{Model: "net", Network: small(1)})
	if err != nil {
		t.Fatal(err)
	}
	c := tokens.Config{MaxSequences: 1, MaxTokens: 4, Chunked: true, Block: 16, Blocks: 100, Context: 64}
	if _, err := Fit(s.StepTimer, &c, MeanLengths{16, 16}); err == nil || !strings.Contains(err.Error(), "too few") {
		t.Errorf("got %v", err)
	}
}
