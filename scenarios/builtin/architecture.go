package builtin

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"wavetank/scenarios/strict"
)

//go:embed architectures.yaml
var architecturesYAML []byte

// Named is an architecture with the name of its network.
type Named struct {
	Name         string `yaml:"name,required" doc:"of the network, in lower case"`
	Architecture `yaml:",inline"`
}

type architectureList struct {
	Architectures []Named `yaml:"architectures,required" doc:"networks"`
}

// Architectures returns the networks whose shape is known.
func Architectures() ([]Named, error) {
	var list architectureList
	if err := read("architectures.yaml", architecturesYAML, &list); err != nil {
		return nil, err
	}
	return list.Architectures, nil
}

// FindArchitecture returns the known network whose name begins that of a checkpoint, as
// llama-3.1-8b does meta-llama/Llama-3.1-8B-Instruct.
func FindArchitecture(checkpoint string) (Named, error) {
	list, err := Architectures()
	if err != nil {
		return Named{}, err
	}
	name := strings.TrimPrefix(strings.ToLower(path.Base(checkpoint)), "meta-")
	best, known := Named{}, make([]string, len(list))
	for i, a := range list {
		known[i] = a.Name
		rest, begins := strings.CutPrefix(name, a.Name)
		if begins && (rest == "" || rest[0] == '-') && len(a.Name) > len(best.Name) {
			best = a
		}
	}
	if best.Name == "" {
		return best, fmt.Errorf("the shape of the network %q is not known%s", checkpoint, strict.Suggest(name, known))
	}
	return best, nil
}

// ReadArchitecture reads the shape of a network from its publisher's config.json.
func ReadArchitecture(name string, data []byte) (Architecture, error) {
	var a Architecture
	a.SetDefaults()
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		return a, fmt.Errorf("%s: %w", name, err)
	}
	if inner, ok := all["text_config"].(map[string]any); ok {
		all = inner
	}
	var faults []error
	for _, f := range []struct {
		to     *int
		needed bool
		keys   []string
	}{
		{&a.Layers, true, []string{"num_hidden_layers"}}, {&a.Hidden, true, []string{"hidden_size"}}, {&a.Heads, true, []string{"num_attention_heads"}},
		{&a.KVHeads, false, []string{"num_key_value_heads"}}, {&a.HeadDim, false, []string{"head_dim"}},
		{&a.FFN, true, []string{"moe_intermediate_size", "intermediate_size"}}, {&a.Vocabulary, true, []string{"vocab_size"}},
		{&a.Experts, false, []string{"num_experts", "num_local_experts", "n_routed_experts"}}, {&a.ActiveExperts, false, []string{"num_experts_per_tok"}},
	} {
		at := slices.IndexFunc(f.keys, func(key string) bool { return all[key] != nil })
		if at < 0 {
			if f.needed {
				faults = append(faults, fmt.Errorf("%s: %s is missing", name, strings.Join(f.keys, " or ")))
			}
			continue
		}
		v, ok := all[f.keys[at]].(float64)
		if !ok || v != float64(int(v)) {
			faults = append(faults, fmt.Errorf("%s: %s: %v is not a whole number", name, f.keys[at], all[f.keys[at]]))
			continue
		}
		*f.to = int(v)
	}
	if a.KVHeads == 0 {
		a.KVHeads = a.Heads
	}
	if len(faults) == 0 {
		a.Check(nil, func(key, message string) { faults = append(faults, fmt.Errorf("%s: %s: %s", name, key, message)) })
	}
	return a, errors.Join(faults...)
}
