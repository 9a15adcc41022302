package registry

import (
	"errors"
	"fmt"
	"path/filepath"

	"wavetank/policies/outside"
	"wavetank/policies/outside/recorded"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/spelling"
)

// Recorded are the parameters of recorded.
type Recorded struct {
	File     string `yaml:"file,required" doc:"log of decisions, relative to the scenario file: lines of JSON with time (s) and replicas or demand"`
	Planning `yaml:",inline"`

	log *recorded.Log // nil: not read
}

// FileName implements FileReader.
func (p *Recorded) FileName() string { return p.File }

// ReadFile implements FileReader.
func (p *Recorded) ReadFile(text []byte) (err error) {
	p.log, err = recorded.Read(filepath.Base(p.File), text)
	return err
}

// ShareFile implements FileReader.
func (p *Recorded) ShareFile(from FileReader) {
	if f, ok := from.(*Recorded); ok {
		p.log = f.log
	}
}

// Misnamed reports the models and deployments of the log that a fleet does not have.
func (p *Recorded) Misnamed(c *fleet.Spec, report func(path, message, unknown string)) {
	if p.log == nil {
		return
	}
	var models, deployments []string
	for m := range c.Models {
		models = append(models, c.Models[m].Name)
	}
	for d := range c.Deployments {
		deployments = append(deployments, c.Deployments[d].Name)
	}
	p.log.Unknown(models, deployments, func(line int, kind, name string) {
		known := deployments
		if kind == "model" {
			known = models
		}
		report("file", fmt.Sprintf("%s line %d: there is no %s %q%s", filepath.Base(p.File), line, kind, name, spelling.Suggest(name, known)), "")
	})
}

func recordedAllocator() Entry[sim.Allocator] {
	e := tuned("recorded", "Replays a log of decisions, such as those of a real fleet's autoscaler.", "",
		func() *Recorded { return &Recorded{Planning: planningDefaults("best")} }, func(p *Recorded, ctx Context) (sim.Allocator, error) {
			ask := func(*outside.Observation) (outside.Action, error) {
				return outside.Action{}, errors.New("the log was not read")
			}
			if p.log != nil {
				ask = p.log.Ask
			}
			var err error
			if p.File == "" {
				err = errors.New("file: no file is named")
			}
			made, wrong := p.Planning.decided("recorded", filepath.Base(p.File), ask, nil, ctx)
			return made, errors.Join(err, wrong)
		})
	e.Needs, e.Blind = "file", true
	return e
}
