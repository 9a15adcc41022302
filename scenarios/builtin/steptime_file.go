package builtin

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// StepTimeFile is a step-time model with its source, in a file of its own.
type StepTimeFile struct {
	Name      string                `yaml:"name,required" doc:"name of the step-time model in a profile"`
	Model     string                `yaml:"model,required" doc:"network that was measured, with the type of its weights"`
	GPU       string                `yaml:"gpu,required" doc:"kind of GPU"`
	GPUs      int                   `yaml:"gpus,required" doc:"GPUs of a replica: tensor parallelism"`
	StepTime  Coefficients          `yaml:"step-time,required" was:"law" doc:"coefficients of the model"`
	Before    quantity.Duration     `yaml:"before,omitempty" doc:"time from the arrival at the replica until the request can be scheduled, fitted with the coefficients"`
	PerToken  quantity.Duration     `yaml:"per-token,omitempty" doc:"the n-th token is seen n times this long after it is emitted; fitted with the coefficients"`
	After     quantity.Duration     `yaml:"after,omitempty" doc:"time from the last token to the end of the request, fitted with the coefficients"`
	Source    string                `yaml:"source,omitempty" doc:"measurements to which the model was fitted"`
	Basis     Basis                 `yaml:"basis,omitempty" doc:"what the model rests on: measured (an engine), or kernels (computed from measured kernels)"`
	Date      string                `yaml:"date,omitempty" doc:"date of the measurements"`
	Rows      string                `yaml:"rows,omitempty" doc:"number of rows that were used for the fit, and number that were held out"`
	Error     string                `yaml:"error,omitempty" doc:"errors of the model, and on which data"`
	Intervals []CoefficientInterval `yaml:"intervals,omitempty" doc:"95 % confidence intervals of fitted coefficients"`
	Engine    *FittedEngine         `yaml:"engine,omitempty" doc:"settings of the engine with which the model was fitted"`
	Seen      *Seen                 `yaml:"seen,omitempty" doc:"ranges of what was measured; outside of them predictions are extrapolated"`
	Draws     *Draws                `yaml:"draws,omitempty" doc:"other coefficients that are about as likely"`
	Notes     []string              `yaml:"notes,omitempty" doc:"further remarks"`

	Warnings []string // warnings from reading: keys that have new names
}

// CoefficientInterval is the confidence interval of a coefficient.
type CoefficientInterval struct {
	Of   string        `yaml:"of,required" doc:"coefficient, such as compute.prefill"`
	Low  quantity.Span `yaml:"low,required" doc:"lower bound"`
	High quantity.Span `yaml:"high,required" doc:"upper bound"`
}

// Check reports a file without a step-time model.
func (f *StepTimeFile) Check(_ *strict.Node, report func(path, message string)) {
	if s, err := f.StepTime.StepTime(); err == nil && s == (profile.StepTime{}) {
		report("step-time", "all coefficients are zero")
	}
	positive(report, "gpus", f.GPUs)
	f.Basis.check(report)
}

// Text returns the file as YAML, as ReadStepTime reads it.
func (f StepTimeFile) Text() ([]byte, error) { return strict.Encode(f) }

// ReadStepTime reads the text of a step-time file. Messages contain the name.
func ReadStepTime(name string, data []byte) (StepTimeFile, error) {
	var l StepTimeFile
	doc, err := strict.Parse(name, data)
	if err == nil {
		err = doc.Decode(&l).Err()
		l.Warnings = doc.Warnings()
	}
	return l, err
}

//go:embed steptimes/*.yaml
var stepTimeFiles embed.FS

// StepTimes returns the shipped step-time models in the order of their names.
func StepTimes() ([]StepTimeFile, error) {
	entries, err := stepTimeFiles.ReadDir("steptimes")
	if err != nil {
		return nil, err
	}
	var list []StepTimeFile
	for _, e := range entries {
		data, err := stepTimeFiles.ReadFile(path.Join("steptimes", e.Name()))
		if err != nil {
			return nil, err
		}
		l, err := ReadStepTime(e.Name(), data)
		if err != nil {
			return nil, fmt.Errorf("read the catalogue: %w", err)
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b StepTimeFile) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// FileReader returns the content of a file that a scenario names.
type FileReader func(name string) ([]byte, error)

// FindStepTime returns the shipped step-time model with the given name. A name that ends in .yaml
// or .yml is read as a file.
func FindStepTime(name string, open FileReader) (StepTimeFile, error) {
	if end := path.Ext(name); end == ".yaml" || end == ".yml" {
		if open == nil {
			return StepTimeFile{}, fmt.Errorf("step-time file %s: files cannot be opened here", name)
		}
		data, err := open(name)
		if err != nil {
			return StepTimeFile{}, err
		}
		return ReadStepTime(name, data)
	}
	if data, err := stepTimeFiles.ReadFile(shippedFile(name)); err == nil {
		if f, err := ReadStepTime(name, data); err != nil || f.Name == name {
			return f, err
		}
	}
	list, err := StepTimes()
	if err != nil {
		return StepTimeFile{}, err
	}
	return find(list, name, "step-time model", func(l StepTimeFile) string { return l.Name })
}

// shippedFile returns the path of the file with a shipped step-time model.
func shippedFile(name string) string {
	return path.Join("steptimes", strings.ReplaceAll(name, "/", "-")+".yaml")
}
