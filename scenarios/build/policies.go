package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
)

// readPolicies reads the policies that are in files of their own, and returns these files.
func readPolicies(f *file.Loaded, found *findings) (inputs []Input) {
	f.Scenario.EachFile(f.Document.Root(), func(p registry.FileReader, path string) {
		name := p.FileName()
		if name == "" || f.Faults.Touch(path) {
			return // reported when the scenario was read
		}
		text, err := f.Content(name)
		if err == nil {
			err = p.ReadFile(text)
		}
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				found.report(path, line)
			}
			return
		}
		if slices.ContainsFunc(inputs, func(in Input) bool { return in.File == name }) {
			return
		}
		inputs = append(inputs, inputOf(name, text))
	})
	return inputs
}

func inputOf(name string, text []byte) Input {
	sum := sha256.Sum256(text)
	return Input{File: name, SHA256: hex.EncodeToString(sum[:])}
}

// readPrograms returns the files of the programs that policies start: those among the words of the
// command, and those that the policy names. It reports programs that may not be started.
func readPrograms(f *file.Loaded, found *findings) (inputs []Input) {
	known := func(name string) bool {
		return slices.ContainsFunc(inputs, func(in Input) bool { return in.File == name })
	}
	f.Scenario.EachProgram(f.Document.Root(), func(p registry.ProgramStarter, path string) {
		run, files := p.Program()
		if !f.CommandsAllowed {
			found.report(path+".run", fmt.Sprintf("the scenario starts the program %q; if you trust it, allow that with --allow-commands", strings.Join(run, " ")))
			return
		}
		p.StartIn(f.Folder())
		for _, name := range run {
			// other words of a command are no files
			if text, err := f.Content(name); err == nil && name != "" && !known(name) {
				inputs = append(inputs, inputOf(name, text))
			}
		}
		for i, name := range files {
			text, err := f.Content(name)
			if err != nil {
				found.report(fmt.Sprintf("%s.files[%d]", path, i), err.Error())
			} else if !known(name) {
				inputs = append(inputs, inputOf(name, text))
			}
		}
	})
	return inputs
}
