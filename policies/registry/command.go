package registry

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/policies/outside"
	"wavetank/policies/outside/command"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/quantity"
)

// ProgramStarter is the parameters of a policy that starts another program.
type ProgramStarter interface {
	// Program returns the program with its arguments, and the names of further files that it reads.
	Program() (run, files []string)
	// StartIn sets the working folder of the program.
	StartIn(folder string)
	// StartsIn returns this folder.
	StartsIn() string
}

// Command are the parameters of policies that are programs of their own.
type Command struct {
	Run     []string          `yaml:"run,required" doc:"program and arguments; it starts in the folder of the scenario file"`
	Files   []string          `yaml:"files,distinct,omitempty" doc:"further files on which the program depends; like those named in run, their hashes are kept with the results"`
	Timeout quantity.Duration `yaml:"timeout" doc:"longest time of an answer, from 1ms to 1h"`

	folder string
}

func commandDefaults() Command {
	return Command{Timeout: quantity.Duration(command.DefaultTimeout)}
}

// Program implements ProgramStarter.
func (p *Command) Program() (run, files []string) { return p.Run, p.Files }

// StartIn implements ProgramStarter.
func (p *Command) StartIn(folder string) { p.folder = folder }

// StartsIn implements ProgramStarter.
func (p *Command) StartsIn() string { return p.folder }

func (p *Command) check() error {
	var faults []error
	if len(p.Run) == 0 || p.Run[0] == "" {
		faults = append(faults, errors.New("run: no program is named"))
	}
	if slices.Contains(p.Files, "") {
		faults = append(faults, errors.New("files: a name is empty"))
	}
	if p.Timeout < quantity.Duration(time.Millisecond) || p.Timeout > quantity.Duration(time.Hour) {
		faults = append(faults, fmt.Errorf("timeout: %v is outside [1ms, 1h]", p.Timeout))
	}
	return errors.Join(faults...)
}

// options returns how a policy of a kind is asked in a run.
func (p *Command) options(kind string, ctx Context) command.Launch {
	hello := command.Greeting(kind, ctx.Spec)
	hello.Scenario, hello.Seed, hello.Replication = ctx.Scenario, ctx.Seed, ctx.Replication
	hello.Duration, hello.Period = ctx.Duration.Seconds(), ctx.Period.Seconds()
	return command.Launch{Run: p.Run, Folder: p.folder, Timeout: time.Duration(p.Timeout), Context: ctx.Running, Hello: hello}
}

// commands is the name of policies that are programs of their own.
const commands = "command"

// standIn is the router of a command where no program may be started: in checks, and in the
// simulations that find out what replicas can serve.
type standIn struct {
	routing.LeastOutstanding
	label string
}

func (s standIn) String() string { return s.label }

func commandRouter() Entry[sim.Router] {
	defaults := func() *Command { p := commandDefaults(); return &p }
	e := tuned(commands, "Asks another program about each request, by lines of JSON.", "", defaults, func(p *Command, ctx Context) (sim.Router, error) {
		label := label(commands, strings.Join(p.Run, " "))
		if err := p.check(); err != nil || ctx.AtEnd == nil {
			return standIn{label: label}, err
		}
		router := command.NewRouter(p.options("router", ctx), label)
		ctx.AtEnd(router.Close)
		return router, nil
	})
	e.Needs = "run"
	return e
}

// CommandAllocator are the parameters of the allocator command.
type CommandAllocator struct {
	Command  `yaml:",inline"`
	Planning `yaml:",inline"`
}

func commandAllocator() Entry[sim.Allocator] {
	defaults := func() *CommandAllocator { return &CommandAllocator{commandDefaults(), planningDefaults("best")} }
	e := tuned(commands, "Asks another program, by lines of JSON, for the load to plan for, or for numbers of replicas.", "",
		defaults, func(p *CommandAllocator, ctx Context) (sim.Allocator, error) {
			ask := func(*outside.Observation) (outside.Action, error) {
				return outside.Action{}, errors.New("there is no run")
			}
			var tell outside.Tell
			err := p.check()
			if err == nil && ctx.AtEnd != nil {
				var end func() error
				ask, tell, end = command.Allocator(p.options("allocator", ctx))
				ctx.AtEnd(end)
			}
			made, wrong := p.Planning.decided(commands, strings.Join(p.Run, " "), ask, tell, ctx)
			return made, errors.Join(err, wrong)
		})
	e.Needs = "run"
	return e
}
