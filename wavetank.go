// Package wavetank lets a Go program of another module have policies of its own. The program adds
// them, and then either is the command line of wavetank with these policies (Main), or runs
// scenarios itself (Load, Write). The package policies/conformance tests the policies.
//
// A policy decides through a View of the fleet (package sim). The package comment of sim describes
// the kinds of policies, and docs/policies.md shows a whole program.
package wavetank

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"wavetank/cmd/commands"
	"wavetank/policies/allocation"
	"wavetank/policies/forecast"
	"wavetank/policies/registry"
	"wavetank/reports"
	"wavetank/reports/tables"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim"
)

// Context is what a constructor of a policy is given: the fleet, the seed, the control period. It
// is empty when a scenario file is checked before it is built.
type Context = registry.Context

// Policy describes a policy of kind L without parameters: its name in scenario files, one sentence
// about it, and its constructor, which is called once for every run.
func Policy[L any](name, about string, make func(Context) (L, error)) registry.Entry[L] {
	return registry.Plain(name, about, make)
}

// PolicyWith describes a policy with parameters: the fields of P, with the values that defaults
// returns. The yaml tag of a field is the name of the parameter, its doc tag describes it, and its
// try tag, if any, lists the values that tuning tries. Errors of make begin with the name of the
// faulty parameter.
func PolicyWith[P, L any](name, about string, defaults func() *P, make func(*P, Context) (L, error)) registry.Entry[L] {
	return registry.Tuned(name, about, defaults, make)
}

// AddAdmission adds an admission rule. This and the functions below must be called before the first
// scenario is read, and not at the same time. They panic if the policy cannot be used, for example
// because its name is taken.
func AddAdmission(e registry.Entry[sim.Admission]) { registry.AddAdmission(e) }

// AddGateway adds a gateway.
func AddGateway(e registry.Entry[sim.Gateway]) { registry.AddGateway(e) }

// AddHealth adds a rule that takes replicas out of rotation.
func AddHealth(e registry.Entry[sim.Health]) { registry.AddHealth(e) }

// AddRouter adds a router.
func AddRouter(e registry.Entry[sim.Router]) { registry.AddRouter(e) }

// AddOrder adds an order of service.
func AddOrder(e registry.Entry[sim.Order]) { registry.AddOrder(e) }

// AddBatcher adds a batcher.
func AddBatcher(e registry.Entry[sim.Batcher]) { registry.AddBatcher(e) }

// AddAllocator adds an allocator.
func AddAllocator(e registry.Entry[sim.Allocator]) { registry.AddAllocator(e) }

// AddPlacer adds a placer, a value of the parameter placer of allocators.
func AddPlacer(e registry.Entry[allocation.Placer]) { registry.AddPlacer(e) }

// AddForecaster adds a forecaster, a value of the parameter forecast of allocators.
func AddForecaster(e registry.Entry[forecast.Forecaster]) { registry.AddForecaster(e) }

// Main is the command line of wavetank with the added policies. It ends the process.
func Main() { commands.Main() }

// Load reads and checks a scenario: a file, or a shipped scenario by its name. Changes replace
// values of it, each as "path=value", like the flag --set. The error holds every fault, with its
// place in the file. Experiment.Run of the result simulates it.
func Load(name string, changes ...string) (*scenarios.Experiment, error) {
	var list []file.Change
	for _, c := range changes {
		path, value, ok := strings.Cut(c, "=")
		if !ok {
			return nil, fmt.Errorf("change %q: want path=value, such as replications=3", c)
		}
		list = append(list, file.Change{Path: path, Value: value, Flag: "change"})
	}
	f, err := file.Load(name, list)
	if err != nil {
		return nil, err
	}
	return scenarios.Prepare(f)
}

// Print writes the tables and the verdict of results to w, as the command run does.
func Print(w io.Writer, e *scenarios.Experiment, r scenarios.Results) error {
	evaluation, _, err := commands.Evaluate(e, r)
	if err != nil {
		return err
	}
	return evaluation.Print(w, tables.Terminal{Width: 120})
}

// Write writes results to a folder, as the command run does: report.html, tables, figures and data.
// The folder is new, or holds earlier results of the same experiment.
func Write(folder string, e *scenarios.Experiment, r scenarios.Results) error {
	evaluation, hash, err := commands.Evaluate(e, r)
	if err != nil {
		return err
	}
	locked, err := reports.Lock(folder, hash)
	if err != nil {
		return err
	}
	return errors.Join(evaluation.Write(locked), locked.Release())
}
