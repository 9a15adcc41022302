package scenarios

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"wavetank/policies/outside/wasm/wasmtest"
	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
)

// module writes the module of a text and returns its path.
func module(t *testing.T, text string) string {
	t.Helper()
	return written(t, "p.wasm", string(wasmtest.Assemble(text)))
}

func TestModulesDecideAsTheirTwins(t *testing.T) {
	const allocator = "allocator: {follow: {capacity: utilization}}, "
	of := func(text string) string { return "{wasm: {file: " + module(t, text) + "}}" }
	sameResults(t, allocator+"router: least-outstanding, batcher: greedy",
		allocator+"batcher: greedy, router: "+of(wasmtest.LeastOutstanding),
		allocator+"router: least-outstanding, batcher: "+of(wasmtest.Greedy),
		allocator+"router: "+of(wasmtest.LeastOutstanding)+", batcher: "+of(wasmtest.Greedy))
	sameResults(t, allocator+"batcher: timeout", allocator+"batcher: "+of(wasmtest.Timeout))
}

// TestTheModuleOfTheDocument: the module in C that docs/policies.md shows decides as the page says.
func TestTheModuleOfTheDocument(t *testing.T) {
	clang, err := exec.LookPath("clang")
	if _, missing := exec.LookPath("wasm-ld"); err != nil || missing != nil {
		t.Skip("there is no clang with a linker for WebAssembly")
	}
	document, err := os.ReadFile("../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "```c\n// mine.c\n")
	text, rest, found := strings.Cut(rest, "```")
	_, line, _ := strings.Cut(rest, "```sh\nclang ")
	line, _, also := strings.Cut(line, "\n")
	if !found || !also {
		t.Fatal("docs/policies.md shows no mine.c, or no command for it")
	}
	made := exec.CommandContext(t.Context(), clang, strings.Fields(line)...)
	made.Dir = filepath.Dir(written(t, "mine.c", text))
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const allocator = "allocator: {follow: {capacity: utilization}}, "
	of := "{wasm: {file: " + filepath.Join(made.Dir, "mine.wasm") + "}}"
	sameResults(t, allocator+"router: least-outstanding, batcher: greedy", allocator+"router: "+of+", batcher: "+of)
}

// TestAChangedModuleIsAnotherExperiment: the hash of a module is among the inputs, which the
// manifest has, and the runs of a changed module have other keys.
func TestAChangedModuleIsAnotherExperiment(t *testing.T) {
	path := module(t, wasmtest.Greedy)
	key := func(text string) Key {
		bytes := wasmtest.Assemble(text)
		if err := os.WriteFile(path, bytes, 0o644); err != nil {
			t.Fatal(err)
		}
		e := moduled(t, "batcher: {wasm: {file: "+path+"}}")
		want := []build.Input{{File: path, SHA256: fmt.Sprintf("%x", sha256.Sum256(bytes))}}
		if !reflect.DeepEqual(e.Inputs, want) {
			t.Errorf("the inputs are %+v, want %+v", e.Inputs, want)
		}
		k, err := e.Key(&e.Scenario.Policies[0], 0)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first, other, again := key(wasmtest.Greedy), key(wasmtest.Timeout), key(wasmtest.Greedy)
	if first != again || first == other {
		t.Errorf("the keys are %v, of a changed file %v, and of the first again %v", first, other, again)
	}
}

// moduled prepares mm1 with a lever.
func moduled(t *testing.T, lever string) *Experiment {
	t.Helper()
	f, err := file.Load("mm1", withLever(lever))
	if err != nil {
		t.Fatal(err)
	}
	return ready(t, f)
}

// withLever returns the changes of mm1 for one short run with a lever.
func withLever(lever string) []file.Change {
	policies := "[{allocator: {follow: {capacity: utilization}}, " + lever + "}]"
	return append([]file.Change{{Path: "policies", Value: policies}, {Path: "replications", Value: "1"}}, worlds["mm1"]...)
}

// TestFaultsOfModules: faults of a module are told before the run, all at once; failures of
// decisions end the run with an error that names the policy and the function.
func TestFaultsOfModules(t *testing.T) {
	changed := func(from, to string) string {
		text := strings.Replace(wasmtest.LeastOutstanding, from, to, 1)
		if text == wasmtest.LeastOutstanding {
			t.Fatalf("nothing is %q", from)
		}
		return text
	}
	const head = "func route (i32 i32 i32) i32 locals i32 i32 i32 i32\n"
	first := func(instructions string) string { return changed(head, head+instructions+"\n") }
	for _, c := range []struct{ name, text, want string }{
		{"version", changed("i32.const 1\nend", "i32.const 2\nend"), "p.wasm: wavetank_abi returned 2; this program knows version 1"},
		{"another function", changed("func route (", "func rout ("), "p.wasm exports no function route(i32, i32, i32) i32"},
		{"imports and no functions", "import env clock\nimport wasi fd_write\nmemory 1\n", "p.wasm imports env.clock, wasi.fd_write: a policy may import nothing\n…p.wasm exports no function wavetank_abi() i32\n…wavetank_buffer(i32) i32\n…route(i32, i32, i32) i32"},
		{"types", changed("func wavetank_buffer (i32) i32", "func wavetank_buffer (i64) i32"), "p.wasm exports wavetank_buffer(i64) i32, not wavetank_buffer(i32) i32"},
		{"no memory", strings.Split(wasmtest.Common, "memory 2")[1], `p.wasm exports no memory with the name "memory"`},
		{"vector instructions", first("v128.const\ndrop"), "p.wasm is not a module that can be used"},
		{"much memory", changed("memory 2", "memory 999"), "p.wasm is not a module that can be used: section memory: min 999 pages (62 Mi) over limit of 256 pages (16 Mi)"},
		{"a large table", "table 2000000\n" + wasmtest.LeastOutstanding, "p.wasm has a table of 2000000 entries, at most 1048576 are allowed"},
		{"a growing table", "table 2\n" + first("ref.null\ni32.const 1\ntable.grow 0\ndrop"), "p.wasm: the instruction table.grow is not supported"},
		{"endless at the start", wasmtest.LeastOutstanding + "start\nfunc begin ()\nloop\nbr 0\nend\nend\n", "p.wasm cannot be started within 1000000 steps (max-steps)"},
		{"endless", first("loop\nbr 0\nend"), `router "wasm(p.wasm)": p.wasm, in route: a decision took more than 1000000 steps (max-steps)`},
		{"a trap", first("unreachable"), `router "wasm(p.wasm)": p.wasm, in route: unreachable`},
		{"beyond its memory", first("i32.const -1\ni64.load 0\ndrop"), `router "wasm(p.wasm)": p.wasm, in route: out of bounds memory access`},
		{"no replica", first("i32.const 5\nreturn"), `router "wasm(p.wasm)": p.wasm: route returned 5; there are 1 replicas, counted from 0, and -1 lets the request wait`},
		{"a negative replica", first("i32.const -2\nreturn"), "route returned -2; there are 1 replicas"},
		{"no room", changed("i32.const 64\nend", "i32.const 0\nend"), "p.wasm: wavetank_buffer returned 0: there is no room for 1024 bytes"},
		{"a crooked address", changed("i32.const 64\nend", "i32.const 4\nend"), "p.wasm: wavetank_buffer returned the address 4, not a multiple of 8"},
		{"a distant address", changed("i32.const 64\nend", "i32.const -8\nend"), "p.wasm: wavetank_buffer returned the address 4294967288; 1024 bytes from there are not all in its memory of 131072 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) { fails(t, "router: {wasm: {file: "+module(t, c.text)+"}}", c.want) })
	}
	t.Run("no module", func(t *testing.T) {
		fails(t, "router: {wasm: {file: "+written(t, "p.wasm", "(module)")+"}}", "p.wasm is not a module that can be used: invalid magic number")
	})
	for _, c := range []struct{ name, answer, want string }{
		{"a large batch", "i32.const 9", `batcher "wasm(p.wasm)": p.wasm: batch starts 9 requests, 1 can start`},
		{"a negative batch", "i32.const -1", "batch starts -1 requests"},
		{"a large drop", "local.get 0\ni64.const 7\ni64.store 0\ni32.const 0", `batcher "wasm(p.wasm)": p.wasm: batch drops 7 of 1 waiting requests`},
		{"a negative wait", "local.get 0\nf64.const -1\nf64.store 8\ni32.const 0", `batcher "wasm(p.wasm)": p.wasm: batch wants to wait for -1 s`},
		{"always a short wait", "local.get 0\nf64.const 1e-300\nf64.store 8\ni32.const 0", "batch waited 100001 times in turn, and started no request"},
		{"no number", "local.get 0\nf64.const nan\nf64.store 8\ni32.const 0", "batch wants to wait for NaN s"},
		{"a trap in a batch", "unreachable", `batcher "wasm(p.wasm)": p.wasm, in batch: unreachable`},
		{"endless in a batch", "loop\nbr 0\nend\ni32.const 0", "p.wasm, in batch: a decision took more than 1000000 steps (max-steps)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := wasmtest.Common + "func batch (i32 i32 i32 i32 i32) i32\n" + c.answer + "\nend\n"
			fails(t, "batcher: {wasm: {file: "+module(t, text)+"}}", c.want)
		})
	}
	t.Run("each model", func(t *testing.T) {
		text := wasmtest.Common + "func batch (i32 i32 i32 i32 i32) i32\nunreachable\nend\n"
		fails(t, "per-model: {queue: {batcher: {wasm: {file: "+module(t, text)+"}}}}", "wasm(p.wasm): p.wasm, in batch: unreachable")
	})
	for lever, text := range map[string]string{"router": wasmtest.LeastOutstanding, "batcher": wasmtest.Greedy} {
		t.Run("parameters of a "+lever, func(t *testing.T) {
			fails(t, lever+": {wasm: {file: "+module(t, text)+", max-steps: 0, max-memory: 1KiB}}",
				"max-steps: 0 is outside [1, 1000000000]\n…max-memory: 1KiB is outside [64KiB, 1GiB]")
		})
	}
	t.Run("only the parameters", func(t *testing.T) {
		f, err := file.Load("mm1", withLever("router: {wasm: {file: "+module(t, wasmtest.LeastOutstanding)+", max-steps: 0, max-memory: 8GiB}}"))
		if err == nil {
			_, err = Prepare(f)
		}
		if err == nil || strings.Count(err.Error(), "\n") != 1 {
			t.Errorf("errors besides those of the two parameters: %v", err)
		}
	})
}

// fails checks that a scenario with a lever cannot be run, and the parts of the error.
func fails(t *testing.T, lever, wanted string) {
	t.Helper()
	f, err := file.Load("mm1", withLever(lever))
	if err == nil {
		var e *Experiment
		if e, err = Prepare(f); err == nil {
			_, err = e.Run(t.Context(), RunOptions{Parallel: 1})
		}
	}
	for want := range strings.SplitSeq(wanted, "\n…") {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
