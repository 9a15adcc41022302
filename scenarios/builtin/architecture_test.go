package builtin

import (
	"strings"
	"testing"
)

func TestNetworksAreFoundByTheirCheckpoints(t *testing.T) {
	for checkpoint, want := range map[string]string{
		"meta-llama/Llama-3.1-8B-Instruct": "llama-3.1-8b", "Meta-Llama-3.1-8B": "llama-3.1-8b", "Qwen/Qwen3-30B-A3B-Instruct-2507": "qwen3-30b-a3b",
		"qwen3-32b": "qwen3-32b", "mistralai/Mixtral-8x7B-v0.1": "mixtral-8x7b", "qwen3-32bit": "", "llama": "",
	} {
		got, err := FindArchitecture(checkpoint)
		if got.Name != want || (err == nil) != (want != "") {
			t.Errorf("%s is %q (%v), want %q", checkpoint, got.Name, err, want)
		}
	}
}

// TestCatalogueKnowsTheShapesOfItsModels compares the models of the catalogue with the list of
// shapes.
func TestCatalogueKnowsTheShapesOfItsModels(t *testing.T) {
	_, models := load(t)
	seen := 0
	for _, m := range models {
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				if p.Tokens == nil || p.Tokens.Architecture == nil {
					continue
				}
				seen++
				known, err := FindArchitecture(v.Name)
				if err != nil || known.Architecture != *p.Tokens.Architecture {
					t.Errorf("%s is %+v, and in architectures.yaml %+v (%v)", v.Name, *p.Tokens.Architecture, known, err)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no model has an architecture")
	}
}

// TestShapesGiveTheParametersThatNamesPromise compares the number of weights with the billions of
// parameters that the names state. They must agree within 7 %.
func TestShapesGiveTheParametersThatNamesPromise(t *testing.T) {
	billions := map[string]float64{
		"llama-2-7b": 6.74, "llama-2-13b": 13, "llama-2-70b": 69, "llama-3.1-8b": 8.03, "llama-3.1-70b": 70.6, "llama-3.3-70b": 70.6, "llama-3.1-405b": 406,
		"llama-3.2-3b": 3.21, "qwen2.5-0.5b": 0.494, "qwen3-0.6b": 0.596, "qwen2.5-1.5b": 1.54,
		"mistral-7b": 7.24, "qwen3-8b": 8.19, "qwen3-14b": 14.77, "qwen3-32b": 32.76, "qwen3-30b-a3b": 30.5, "qwen3-235b-a22b": 235, "mixtral-8x7b": 46.7,
		"mixtral-8x22b": 141, "phi-mini-moe": 7.6,
	}
	list, err := Architectures()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if off := a.WeightBytes()/a.Bytes/1e9/billions[a.Name] - 1; off > 0.07 || off < -0.07 {
			t.Errorf("%s has %.4g billion weights by its shape, %v as published", a.Name, a.WeightBytes()/a.Bytes/1e9, billions[a.Name])
		}
	}
}

func TestAPublishersConfigurationIsRead(t *testing.T) {
	a, err := ReadArchitecture("config.json", []byte(`{"text_config": {"num_hidden_layers": 48, "hidden_size": 2048, "num_attention_heads": 32, "num_key_value_heads": 4,
		"head_dim": 128, "intermediate_size": 6144, "moe_intermediate_size": 768, "vocab_size": 151936, "num_experts": 128, "num_experts_per_tok": 8}}`))
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := FindArchitecture("qwen3-30b-a3b"); a != want.Architecture {
		t.Errorf("got %+v, want %+v", a, want.Architecture)
	}
	tied, err := ReadArchitecture("config.json", []byte(`{"num_hidden_layers": 24, "hidden_size": 896, "num_attention_heads": 14, "num_key_value_heads": 2,
		"intermediate_size": 4864, "vocab_size": 151936, "tie_word_embeddings": true}`))
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := FindArchitecture("qwen2.5-0.5b"); tied != want.Architecture {
		t.Errorf("got %+v, want %+v", tied, want.Architecture)
	}
	_, err = ReadArchitecture("config.json", []byte(`{"num_hidden_layers": 0.5, "hidden_size": 2048, "num_attention_heads": 32, "intermediate_size": 6144}`))
	for _, want := range []string{"config.json: num_hidden_layers: 0.5 is not a whole number", "config.json: vocab_size is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err = ReadArchitecture("config.json", []byte(`{"num_hidden_layers": 2, "hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 4, "intermediate_size": 8, "vocab_size": 9}`)); err == nil {
		t.Error("more KV heads than heads were accepted")
	}
}
