// Package wasm asks policies that are WebAssembly modules. A module has no imports, so it has no
// files, network, clocks and randomness. It exports its memory and functions:
//
//	memory                                    its memory
//	wavetank_abi() i32                        the version of the rows: 1
//	wavetank_buffer(bytes i32) i32            where so many bytes may be written
//	route(request, replicas, count i32) i32   a router: which of the replicas gets the request
//	route_reads() i64                         optional: the fields of replicas that route reads
//	batch(decision, replica, times, waiting, count i32) i32
//	                                          a batcher: how many of the waiting requests start
//	batch_reads() i64                         optional: the fields of requests that batch reads
//
// Rows are described in rows.go. Each run has its own instance with its own memory, which stays
// from decision to decision.
//
// The results are the same on every computer, as long as a module does not look at the bits of a
// NaN and calls no more than about 1,000 functions within each other.
package wasm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"wavetank/policies/outside"
)

// Quota keeps modules from running for ever and from taking all memory.
type Quota struct {
	Steps  int   // of one decision: calls of functions, rounds of loops, and 64 bytes of a range
	Memory int64 // bytes
}

// Defaults and bounds of Quota.
const (
	DefaultSteps  = 1_000_000
	MostSteps     = 1_000_000_000
	DefaultMemory = 16 << 20
	LeastMemory   = page
	MostMemory    = 1 << 30

	page        = 64 << 10 // bytes of a page of WebAssembly
	mostEntries = 1 << 20  // of a table
)

// version is the version of the rows.
const version = 1

// The functions of modules.
const (
	abi    = "wavetank_abi"
	buffer = "wavetank_buffer"
	Route  = "route"
	Batch  = "batch"
	reads  = "_reads" // the end of the names of functions that say which fields are read
	memory = "memory"
)

// signatures are the types of the parameters and results of the functions.
var signatures = map[string][2][]api.ValueType{
	abi:           {nil, whole(1)},
	buffer:        {whole(1), whole(1)},
	Route:         {whole(3), whole(1)},
	Route + reads: {nil, {api.ValueTypeI64}},
	Batch:         {whole(5), whole(1)},
	Batch + reads: {nil, {api.ValueTypeI64}},
}

// whole returns so many types i32.
func whole(n int) []api.ValueType { return slices.Repeat([]api.ValueType{api.ValueTypeI32}, n) }

// Module is a WebAssembly module that was read.
type Module struct {
	name    string
	metered []byte
	quota   Quota
	exports map[string]api.FunctionDefinition
}

// compiled holds the machine code of all modules of the process, by their content.
var compiled = wazero.NewCompilationCache()

// limited returns a configuration with the quota of memory. Vector instructions are left out.
func limited(c wazero.RuntimeConfig, q Quota) wazero.RuntimeConfig {
	return c.WithCoreFeatures(api.CoreFeaturesV2 &^ api.CoreFeatureSIMD).WithMemoryLimitPages(uint32(q.Memory / page))
}

// Read reads a module that has a function of a kind of policy, such as Route, and starts it once.
// The error joins all faults.
func Read(name string, module []byte, function string, q Quota) (*Module, error) {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, limited(wazero.NewRuntimeConfigInterpreter(), q))
	defer runtime.Close(ctx)
	valid, err := runtime.CompileModule(ctx, module)
	if err != nil {
		return nil, fmt.Errorf("%s is not a module that can be used: %s", name, first(err))
	}
	m := &Module{name: name, quota: q, exports: valid.ExportedFunctions()}
	if err := m.check(valid, module, function); err != nil {
		return nil, err
	}
	if m.metered, err = meter(module, int64(q.Steps)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	_, err = m.start(function)
	return m, err
}

// first returns the first line of an error.
func first(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return strings.TrimPrefix(line, "wasm error: ")
}

// check returns all faults of a valid module.
func (m *Module) check(valid wazero.CompiledModule, module []byte, function string) error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s "+format, append([]any{m.name}, args...)...))
	}
	all := sections(module)
	if names := imports(find(all, importSection)); len(names) > 0 {
		fault("imports %s: a policy may import nothing", strings.Join(names, ", "))
	}
	if tables := reader(find(all, tableSection)); len(tables) > 0 {
		for range tables.number() {
			tables.byte() // the type
			if n := tables.limits(); n > mostEntries {
				fault("has a table of %d entries, at most %d are allowed", n, mostEntries)
			}
		}
	}
	if valid.ExportedMemories()[memory] == nil {
		fault("exports no memory with the name %q", memory)
	}
	for _, need := range []string{abi, buffer, function, function + reads} {
		signature := signatures[need]
		switch f := m.exports[need]; {
		case f == nil && need == function+reads:
		case f == nil:
			fault("exports no function %s", typed(need, signature[0], signature[1]))
		case !slices.Equal(f.ParamTypes(), signature[0]) || !slices.Equal(f.ResultTypes(), signature[1]):
			fault("exports %s, not %s", typed(need, f.ParamTypes(), f.ResultTypes()), typed(need, signature[0], signature[1]))
		}
	}
	return errors.Join(faults...)
}

// typed writes a function with the types of its parameters and results.
func typed(name string, parameters, results []api.ValueType) string {
	list := func(types []api.ValueType) string {
		var names []string
		for _, t := range types {
			names = append(names, api.ValueTypeName(t))
		}
		return strings.Join(names, ", ")
	}
	return strings.TrimSpace(fmt.Sprintf("%s(%s) %s", name, list(parameters), list(results)))
}

// instance is a module in one run.
type instance struct {
	*Module
	memory api.Memory
	left   api.MutableGlobal // steps
	buffer api.Function
	ask    api.Function
	stack  [5]uint64 // parameters and results of a call
	at     uint32    // the address of the buffer
	room   uint32    // its bytes
	fields uint64    // bits of the fields that the function reads
	err    error     // the first failure
}

// start makes an instance for a run, and asks it what is asked once. A nil module was not read,
// because there is no run.
func (m *Module) start(function string) (*instance, error) {
	if m == nil {
		return nil, errors.New("the file of the policy was not read")
	}
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, limited(wazero.NewRuntimeConfig(), m.quota).WithCompilationCache(compiled))
	code, err := runtime.CompileModule(ctx, m.metered)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be compiled: %s", m.name, first(err))
	}
	module, err := runtime.InstantiateModule(ctx, code, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be started within %d steps (max-steps): %s", m.name, m.quota.Steps, first(err))
	}
	r := &instance{
		Module: m, memory: module.ExportedMemory(memory), left: module.ExportedGlobal(left).(api.MutableGlobal),
		buffer: module.ExportedFunction(buffer), ask: module.ExportedFunction(function), fields: ^uint64(0),
	}
	spoken, err := r.call(module.ExportedFunction(abi))
	if err == nil && int32(spoken) != version {
		err = fmt.Errorf("%s: %s returned %d; this program knows version %d", m.name, abi, int32(spoken), version)
	}
	if f := module.ExportedFunction(function + reads); err == nil && f != nil {
		r.fields, err = r.call(f)
	}
	return r, err
}

// call calls a function within the limit on steps. Parameters are in r.stack.
func (r *instance) call(f api.Function) (result uint64, err error) {
	r.left.Set(uint64(r.quota.Steps))
	if err := f.CallWithStack(context.Background(), r.stack[:]); err != nil {
		return 0, r.explain(f, err)
	}
	return r.stack[0], nil
}

// explain returns why a call failed.
func (r *instance) explain(f api.Function, err error) error {
	reason := first(err)
	if int64(r.left.Get()) < 0 {
		reason = fmt.Sprintf("a decision took more than %d steps (max-steps)", r.quota.Steps)
	}
	return fmt.Errorf("%s, in %s: %s", r.name, f.Definition().ExportNames()[0], reason)
}

// reserve returns a buffer of so many bytes in the memory of the module.
func (r *instance) reserve(bytes int) ([]byte, error) {
	if bytes > int(r.room) {
		room := 1 << 10
		for room < bytes {
			room *= 2
		}
		r.stack[0] = uint64(room)
		at, err := r.call(r.buffer)
		if err != nil {
			return nil, err
		}
		r.at, r.room = uint32(at), uint32(room)
		if r.at == 0 {
			return nil, fmt.Errorf("%s: %s returned 0: there is no room for %d bytes", r.name, buffer, room)
		}
		if r.at%word != 0 {
			return nil, fmt.Errorf("%s: %s returned the address %d, not a multiple of %d", r.name, buffer, r.at, word)
		}
	}
	view, ok := r.memory.Read(r.at, r.room)
	if !ok {
		return nil, fmt.Errorf("%s: %s returned the address %d; %d bytes from there are not all in its memory of %d bytes",
			r.name, buffer, r.at, r.room, r.memory.Size())
	}
	return view, nil
}

// Err implements sim.Fallible.
func (r *instance) Err() error { return outside.Failed(r.err) }
