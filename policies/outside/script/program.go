// Package script asks policies that are written in Starlark, a small dialect of Python without
// files, network, clocks and randomness (https://github.com/google/starlark-go). A program defines
// a function for each kind of policy that it has:
//
//	score(request, replica)     a router: the replica with the highest score gets the request
//	admit(request, model)       an admission rule: False turns the request away
//	forecast(history, steps)    a forecaster: the load in so many windows
//	allocate(fleet)             an allocator: {"demand": {…}} or {"replicas": {…}}
//
// Each run has its own globals, which the functions may change.
package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/lib/math"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// DefaultSteps and MostSteps are the default and the largest limit on the steps of one decision. A
// step is about one operation.
const (
	DefaultSteps = 1_000_000
	MostSteps    = 1_000_000_000
)

// Script is a Starlark file that was read.
type Script struct {
	name     string
	compiled *starlark.Program
	steps    uint64 // limit on the steps of one decision
}

// dialect is Starlark with while loops and sets. The limit on steps ends what never ends.
var dialect = &syntax.FileOptions{Set: true, While: true, TopLevelControl: true}

// Read compiles a file and runs it once. The error joins all faults, each with line and column.
// Names may be those of the language, the module math and the function fail.
func Read(name string, text []byte, steps int) (*Script, error) {
	_, compiled, err := starlark.SourceProgramOptions(dialect, name, text, given.Has)
	if err != nil {
		return nil, faults(err)
	}
	p := &Script{name: name, compiled: compiled, steps: uint64(steps)}
	_, err = p.start()
	return p, err
}

// faults returns the faults of a file that cannot be compiled.
func faults(err error) error {
	if list, ok := errors.AsType[resolve.ErrorList](err); ok {
		var all []error
		for _, one := range list {
			all = append(all, fmt.Errorf("%s: %s", place(one.Pos), one.Msg))
		}
		return errors.Join(all...)
	}
	if one, ok := errors.AsType[syntax.Error](err); ok {
		return fmt.Errorf("%s: %s", place(one.Pos), one.Msg)
	}
	return err
}

// place writes a place in a file, as "mine.star line 3".
func place(at syntax.Position) string {
	return fmt.Sprintf("%s line %d column %d", at.Filename(), at.Line, at.Col)
}

// given holds the names that programs have besides those of the language.
var given = starlark.StringDict{
	"math": math.Module,
	"print": starlark.NewBuiltin("print", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return nil, errors.New("a policy cannot print; fail(…) ends the run with a message")
	}),
}

// instance is a program in one run.
type instance struct {
	*Script
	thread  *starlark.Thread
	globals starlark.StringDict
	err     error // the first failure
}

// start runs the file and returns its globals, which are then the state of the run.
func (p *Script) start() (*instance, error) {
	r := &instance{Script: p, thread: &starlark.Thread{Name: p.name}}
	r.thread.SetMaxExecutionSteps(p.steps)
	var err error
	if r.globals, err = p.compiled.Init(r.thread, given); err != nil {
		return nil, r.explain(err)
	}
	return r, nil
}

// run starts a program for a run, and finds its function of a name with so many parameters. A nil
// program was not read, because there is no run.
func (p *Script) run(name string, parameters int) (*instance, *starlark.Function, error) {
	if p == nil {
		return nil, nil, errors.New("the file of the policy was not read")
	}
	r, err := p.start()
	if err != nil {
		return nil, nil, err
	}
	f, err := p.function(r.globals, name, parameters)
	return r, f, err
}

// function returns a function of a program.
func (p *Script) function(globals starlark.StringDict, name string, parameters int) (*starlark.Function, error) {
	f, ok := globals[name].(*starlark.Function)
	switch {
	case !ok:
		return nil, fmt.Errorf("%s defines no function %s", p.name, name)
	case f.NumParams() != parameters || f.HasVarargs() || f.HasKwargs():
		return nil, fmt.Errorf("%s: %s has %d parameters, not %d", place(f.Position()), name, f.NumParams(), parameters)
	}
	return f, nil
}

// Defines returns an error if the program has no function of a name with so many parameters.
func (p *Script) Defines(name string, parameters int) error {
	r, err := p.start()
	if err == nil {
		_, err = p.function(r.globals, name, parameters)
	}
	return err
}

// call calls a function within the limit on steps.
func (r *instance) call(f *starlark.Function, args starlark.Tuple) (starlark.Value, error) {
	r.thread.SetMaxExecutionSteps(r.thread.ExecutionSteps() + r.steps)
	v, err := starlark.Call(r.thread, f, args, nil)
	if err != nil {
		return nil, r.explain(err)
	}
	return v, nil
}

// explain returns an error with its place in the file.
func (r *instance) explain(err error) error {
	failed, ok := errors.AsType[*starlark.EvalError](err)
	if !ok {
		return err
	}
	message := strings.TrimPrefix(failed.Msg, "fail: ")
	if strings.Contains(message, "too many steps") {
		message = fmt.Sprintf("a decision took more than %d steps (max-steps)", r.steps)
	}
	for i := range len(failed.CallStack) {
		if at := failed.CallStack.At(i).Pos; at.Line > 0 {
			return fmt.Errorf("%s, in %s: %s", place(at), failed.CallStack.At(i).Name, message)
		}
	}
	return fmt.Errorf("%s: %s", r.name, message)
}

// number returns the value of a function as a finite number.
func (r *instance) number(f *starlark.Function, v starlark.Value) (float64, error) {
	n, ok := starlark.AsFloat(v)
	if !ok || n != n || n-n != 0 {
		return 0, fmt.Errorf("%s: %s returned %s, not a finite number", place(f.Position()), f.Name(), short(v))
	}
	return n, nil
}

// short writes a value, cut to a length that fits a message.
func short(v starlark.Value) string {
	text := v.String()
	if len(text) > 60 {
		text = text[:57] + "…"
	}
	return fmt.Sprintf("%s (%s)", text, v.Type())
}
