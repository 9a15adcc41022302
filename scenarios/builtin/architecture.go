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
	"wavetank/sim/spelling"
)

//go:embed architectures.yaml
var architecturesYAML []byte

// Named is an architecture with the name of its network.
type Named struct {
	Name         string `yaml:"name,required" doc:"name of the network, in lower case"`
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

// FindArchitecture returns the known network of a checkpoint: the name of the checkpoint begins
// with the name of the network. For example, it returns llama-3.1-8b for
// meta-llama/Llama-3.1-8B-Instruct.
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
		return best, fmt.Errorf("the shape of the network %q is not known%s", checkpoint, spelling.Suggest(name, known))
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
	a.Tied, _ = all["tie_word_embeddings"].(bool)
	if len(faults) == 0 {
		a.Check(nil, func(key, message string) { faults = append(faults, fmt.Errorf("%s: %s: %s", name, key, message)) })
	}
	return a, errors.Join(faults...)
}

// Architecture is the shape of a decoder-only transformer.
type Architecture struct {
	Layers        int     `yaml:"layers,required" doc:"blocks of attention and feed-forward network"`
	Hidden        int     `yaml:"hidden-size,required" was:"hidden" doc:"width of the hidden layers"`
	Heads         int     `yaml:"heads,required" doc:"number of query heads"`
	KVHeads       int     `yaml:"kv-heads,required" doc:"number of key and value heads"`
	HeadDim       int     `yaml:"head-dim,omitempty" doc:"width of a head; hidden-size / heads when not given"`
	FFN           int     `yaml:"intermediate-size,required" was:"ffn" doc:"width of the (gated) feed-forward network, or of one expert"`
	Vocabulary    int     `yaml:"vocab-size,required" was:"vocabulary" doc:"number of tokens in the vocabulary"`
	Experts       int     `yaml:"experts" doc:"number of feed-forward networks in each layer"`
	Tied          bool    `yaml:"tie-word-embeddings,omitempty" doc:"the output has the weights of the input embedding (tie_word_embeddings)"`
	ActiveExperts int     `yaml:"experts-per-token" was:"active-experts" doc:"number of feed-forward networks of a layer that each token uses"`
	Bytes         float64 `yaml:"weight-bytes" was:"bytes" doc:"bytes of a weight"`
	KVBytes       float64 `yaml:"kv-bytes" doc:"bytes of a number in the KV cache"`
}

// SetDefaults fills in a dense network with two bytes for each number.
func (a *Architecture) SetDefaults() {
	*a = Architecture{Experts: 1, ActiveExperts: 1, Bytes: 2, KVBytes: 2}
}

// Check reports a shape that no network has.
func (a *Architecture) Check(_ *strict.Node, report func(path, message string)) {
	const most = 1 << 24
	for _, n := range []struct {
		name  string
		value int
	}{{"layers", a.Layers}, {"hidden-size", a.Hidden}, {"heads", a.Heads}, {"kv-heads", a.KVHeads}, {"intermediate-size", a.FFN}, {"vocab-size", a.Vocabulary}, {"experts", a.Experts}, {"experts-per-token", a.ActiveExperts}} {
		if n.value < 1 || n.value > most {
			report(n.name, fmt.Sprintf("%d is not between 1 and %d", n.value, most))
		}
	}
	notNegative(report, "head-dim", a.HeadDim)
	positive(report, "weight-bytes", a.Bytes)
	positive(report, "kv-bytes", a.KVBytes)
	if a.ActiveExperts > a.Experts {
		report("experts-per-token", fmt.Sprintf("%d are more than there are", a.ActiveExperts))
	}
	if a.KVHeads > a.Heads {
		report("kv-heads", fmt.Sprintf("%d are more than the %d query heads", a.KVHeads, a.Heads))
	}
}

// head returns the width of a head.
func (a Architecture) head() float64 {
	if a.HeadDim > 0 {
		return float64(a.HeadDim)
	}
	return float64(a.Hidden) / float64(a.Heads)
}

// TokenBytes returns the bytes of a token in the KV cache: its keys and values in all layers.
func (a Architecture) TokenBytes() float64 {
	return 2 * float64(a.Layers) * float64(a.KVHeads) * a.head() * a.KVBytes
}

// layers returns the number of weights in all layers, with the given number of experts in each
// layer.
func (a Architecture) layers(experts int) float64 {
	h, d := float64(a.Hidden), a.head()
	return float64(a.Layers) * (2*h*d*(float64(a.Heads)+float64(a.KVHeads)) + 3*h*float64(a.FFN)*float64(experts))
}

// output returns the number of weights that turn the last layer's output into a token.
func (a Architecture) output() float64 { return float64(a.Hidden) * float64(a.Vocabulary) }

// WeightBytes returns the bytes of all weights.
func (a Architecture) WeightBytes() float64 {
	vocabularies := 2.0 // the input embedding and the output
	if a.Tied {
		vocabularies = 1
	}
	return a.Bytes * (a.layers(a.Experts) + vocabularies*a.output())
}
