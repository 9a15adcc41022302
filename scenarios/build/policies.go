package build

import (
	"crypto/sha256"
	"encoding/hex"
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
		sum := sha256.Sum256(text)
		inputs = append(inputs, Input{File: name, SHA256: hex.EncodeToString(sum[:])})
	})
	return inputs
}
