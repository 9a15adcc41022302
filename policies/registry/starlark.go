package registry

import (
	"errors"
	"fmt"
	"path/filepath"

	"wavetank/policies/allocation"
	"wavetank/policies/forecast"
	"wavetank/policies/outside"
	"wavetank/policies/outside/script"
	"wavetank/sim"
)

// FileReader is the parameters of a policy that is in a file. The file is read once, when the
// scenario is built.
type FileReader interface {
	// FileName returns the name of the file as the scenario has it.
	FileName() string
	// ReadFile reads the policy from the text of the file. The error joins all faults, each with
	// its place in the file.
	ReadFile(text []byte) error
	// ShareFile takes over what other parameters of the same type read from the same file.
	ShareFile(from FileReader)
}

// Containing is the parameters of a policy that contain the choice of another policy.
type Containing interface {
	// Contained returns the choices by the names of their parameters.
	Contained() map[string]PolicyChoice
}

// Contained implements Containing.
func (p *Staged) Contained() map[string]PolicyChoice {
	return map[string]PolicyChoice{"forecast": &p.Forecast}
}

// Starlark are the parameters of policies in Starlark.
type Starlark struct {
	File     string `yaml:"file,required" doc:"Starlark file with the policy, relative to the scenario file"`
	MaxSteps int    `yaml:"max-steps" doc:"most steps of one decision, each about one operation; beyond them the run ends with an error"`

	program    *script.Script // nil: not read
	function   string         // that the program must define
	parameters int            // of this function
}

func (p *Starlark) check() error {
	return checkFile(p.File, p.MaxSteps, script.MostSteps)
}

// checkFile reports faults of what policies in files have in common: no file is named, or the
// limit on the steps of a decision is not between 1 and most.
func checkFile(file string, steps, most int) error {
	var faults []error
	if file == "" {
		faults = append(faults, errors.New("file: no file is named"))
	}
	if steps < 1 || steps > most {
		faults = append(faults, fmt.Errorf("max-steps: %d is outside [1, %d]", steps, most))
	}
	return errors.Join(faults...)
}

// FileName implements FileReader.
func (p *Starlark) FileName() string { return p.File }

// ReadFile implements FileReader.
func (p *Starlark) ReadFile(text []byte) (err error) {
	if p.program, err = script.Read(filepath.Base(p.File), text, p.MaxSteps); err == nil {
		err = p.program.Defines(p.function, p.parameters)
	}
	return err
}

// ShareFile implements FileReader.
func (p *Starlark) ShareFile(from FileReader) {
	if f, ok := from.(interface{ read() *script.Script }); ok {
		p.program = f.read()
	}
}

func (p *Starlark) read() *script.Script { return p.program }

func starlarkDefaults(function string, parameters int) Starlark {
	return Starlark{MaxSteps: script.DefaultSteps, function: function, parameters: parameters}
}

// starlark is the name of policies in Starlark.
const starlark = "starlark"

// scripted returns the entry of a policy that asks a function of a Starlark file.
func scripted[L any](about, function string, parameters int, make func(p *Starlark, label string, ctx Context) L) Entry[L] {
	defaults := func() *Starlark { p := starlarkDefaults(function, parameters); return &p }
	e := tuned(starlark, about, "", defaults, func(p *Starlark, ctx Context) (L, error) {
		return make(p, label(starlark, filepath.Base(p.File)), ctx), p.check()
	})
	e.Needs = "file"
	return e
}

// StarlarkForecast are the parameters of the forecaster starlark.
type StarlarkForecast struct {
	Starlark `yaml:",inline"`
	Window   int `yaml:"window" doc:"most observations that the function sees"`
}

func starlarkForecaster() Entry[forecast.Forecaster] {
	defaults := func() *StarlarkForecast {
		return &StarlarkForecast{starlarkDefaults(script.Predict, script.PredictParameters), 60}
	}
	e := tuned(starlark, "Asks the function forecast of a Starlark file for the load that comes after the last observations.", "",
		defaults, func(p *StarlarkForecast, _ Context) (forecast.Forecaster, error) {
			err := p.check()
			if p.Window < 1 || p.Window > mostHistory {
				err = errors.Join(err, fmt.Errorf("window: %d is outside [1, %d]", p.Window, mostHistory))
			}
			return script.NewForecaster(p.program, label(starlark, filepath.Base(p.File)), p.Window), err
		})
	e.Needs = "file"
	return e
}

// mostHistory is the most observations that a forecaster in Starlark sees.
const mostHistory = 10_000

// StarlarkAllocator are the parameters of the allocator starlark.
type StarlarkAllocator struct {
	Starlark `yaml:",inline"`
	Planning `yaml:",inline"`
}

func starlarkAllocator() Entry[sim.Allocator] {
	defaults := func() *StarlarkAllocator {
		return &StarlarkAllocator{starlarkDefaults(script.Allocate, script.AllocateParameters), planningDefaults("best")}
	}
	e := tuned(starlark, "Asks the function allocate of a Starlark file for the load to plan for, or for numbers of replicas.", "",
		defaults, func(p *StarlarkAllocator, ctx Context) (sim.Allocator, error) {
			made, err := p.Planning.decided(starlark, filepath.Base(p.File), script.Allocator(p.program), nil, ctx)
			return made, errors.Join(p.check(), err)
		})
	e.Needs = "file"
	return e
}

// decided makes an allocator whose demand or replicas a policy outside of the program decides. from
// says where that policy is. tell may be nil.
func (p *Planning) decided(name, from string, ask outside.Ask, tell outside.Tell, ctx Context) (*allocation.Stages, error) {
	usual := planningDefaults("best")
	made, faults := p.allocator(label(name, append([]string{from}, differences(p, &usual)...)...), nil, nil, ctx)
	decider, err := outside.NewDecider(ask, tell, made.Capacity)
	if err := errors.Join(err, faults); err != nil {
		return nil, err
	}
	made.Demand, made.Control, made.Capacity = decider, decider, decider.Capacity()
	return made, nil
}
