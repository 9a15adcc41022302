package registry

import (
	"errors"
	"fmt"
	"path/filepath"

	"wavetank/policies/outside/wasm"
	"wavetank/sim/quantity"
)

// Wasm are the parameters of policies that are WebAssembly modules.
type Wasm struct {
	File      string         `yaml:"file,required" doc:"WebAssembly module with the policy, relative to the scenario file"`
	MaxSteps  int            `yaml:"max-steps" doc:"most steps of one decision: calls of functions and rounds of loops; beyond them the run ends with an error"`
	MaxMemory quantity.Bytes `yaml:"max-memory" doc:"most memory of the module, from 64KiB to 1GiB, in whole pages of 64 KiB"`

	module   *wasm.Module // nil: not read
	function string       // that the module must export
}

func (p *Wasm) check() error {
	err := checkFile(p.File, p.MaxSteps, wasm.MostSteps)
	if p.MaxMemory < wasm.LeastMemory || p.MaxMemory > wasm.MostMemory {
		err = errors.Join(err, fmt.Errorf("max-memory: %v is outside [%v, %v]", p.MaxMemory, quantity.Bytes(wasm.LeastMemory), quantity.Bytes(wasm.MostMemory)))
	}
	return err
}

// FileName implements FileReader.
func (p *Wasm) FileName() string { return p.File }

// ReadFile implements FileReader. It reads nothing if the limits are faulty, which check tells.
func (p *Wasm) ReadFile(module []byte) (err error) {
	if p.check() != nil {
		return nil
	}
	p.module, err = wasm.Read(filepath.Base(p.File), module, p.function, wasm.Quota{Steps: p.MaxSteps, Memory: int64(p.MaxMemory)})
	return err
}

// ShareFile implements FileReader.
func (p *Wasm) ShareFile(from FileReader) {
	if f, ok := from.(*Wasm); ok {
		p.module = f.module
	}
}

// compiled returns the entry of a policy that asks a function of a WebAssembly module.
func compiled[L any](about, function string, make func(m *wasm.Module, label string) L) Entry[L] {
	const name = "wasm"
	defaults := func() *Wasm {
		return &Wasm{MaxSteps: wasm.DefaultSteps, MaxMemory: wasm.DefaultMemory, function: function}
	}
	e := tuned(name, about, "", defaults, func(p *Wasm, _ Context) (L, error) {
		return make(p.module, label(name, filepath.Base(p.File))), p.check()
	})
	e.Needs = "file"
	return e
}
