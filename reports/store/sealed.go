package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sealed is the manifest as it is stored. It adds the hash of the experiment, checksums of the data
// files, and checksums of its own fields.
type sealed struct {
	Hash string `json:"hash"`
	Manifest
	Files []FileSum `json:"files"`
	// Sums maps the name of every other field to the SHA-256 of its value as compact JSON.
	Sums map[string]string `json:"sums"`
}

// encode writes the manifest with the checksums of its fields.
func (m sealed) encode() ([]byte, error) {
	m.Sums = nil
	data, err := indented(m)
	if err != nil {
		return nil, err
	}
	if m.Sums, err = sums(data); err != nil {
		return nil, err
	}
	return indented(m)
}

func indented(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(value)
	return b.Bytes(), err
}

// sums returns the checksum of every field of a manifest except the field "sums".
func sums(manifest []byte) (map[string]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(manifest, &fields); err != nil {
		return nil, err
	}
	delete(fields, "sums")
	result := map[string]string{}
	for name, value := range fields {
		var b bytes.Buffer
		if err := json.Compact(&b, value); err != nil {
			return nil, err
		}
		result[name] = checksum(b.Bytes())
	}
	return result, nil
}

// readManifest reads the manifest of a folder. An error names the fields that changed after they
// were written. If the list of files did not change, the list is returned together with the error.
func readManifest(dir string) (m sealed, err error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, missing(manifestFile, err)
	}
	fail := func(err error) (sealed, error) { return m, fmt.Errorf("%s: %w", manifestFile, err) }
	found, err := sums(data)
	if err != nil {
		return fail(err)
	}
	var noted struct {
		Files []FileSum
		Sums  map[string]string
	}
	if err := json.Unmarshal(data, &noted); err != nil {
		return fail(err)
	}
	if noted.Sums == nil {
		return fail(errors.New("it has no checksums of its fields: it is of another version of wavetank; run again"))
	}
	names := maps.Clone(found)
	maps.Copy(names, noted.Sums)
	changed := slices.Sorted(maps.Keys(names))
	changed = slices.DeleteFunc(changed, func(name string) bool { return found[name] == noted.Sums[name] })
	if len(changed) > 0 {
		if !slices.Contains(changed, "files") {
			m.Files = noted.Files
		}
		return fail(fmt.Errorf("changed since it was written: %s; run again", strings.Join(changed, ", ")))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return fail(err)
	}
	return m, nil
}

// identity holds the fields of a manifest that identify its experiment.
type identity struct {
	Hash, Scenario string
	Build          Build
}

// identify reads which experiment the results of a folder belong to. It does not compare checksums.
func identify(dir string) (identity, error) {
	var o identity
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return o, fmt.Errorf("%s: %w", manifestFile, err)
	}
	return o, nil
}

// String names the experiment.
func (o identity) String() string {
	text := fmt.Sprintf("%s, hash %.12s", o.Scenario, o.Hash)
	if o.Build != (Build{}) {
		text += " " + o.Build.String()
	}
	return text
}
