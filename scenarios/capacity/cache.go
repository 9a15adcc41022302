package capacity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
)

// Cache keeps values on disk, in one file for each number of replicas of a deployment. The name of
// a file is a digest of all that its value depends on. A file that is damaged or has another key is
// ignored and replaced. A folder that cannot be read or written is ignored, too: the cache saves
// time, and changes no result.
type Cache struct {
	Folder  string
	Program string // identifies this version of the program
}

// kept is the content of a file of the cache.
type kept struct {
	Of   string  `json:"of"` // description for people
	Load float64 `json:"load"`
	Step float64 `json:"step"`
	Key  string  `json:"key"`
	Sum  string  `json:"sum"` // checksum of the other fields
}

func (k *kept) sum() string {
	return digest(fmt.Sprintf("%s %x %x %s", k.Of, k.Load, k.Step, k.Key))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// fingerprint returns a digest of everything on which the rates of all deployments depend: the
// program, the scenario without its policies, the levers, the files that were read, and the
// deployments.
func (c *Cache) fingerprint(b *build.Built, levers file.Levers) (string, error) {
	s := b.Scenario
	s.Name, s.About, s.Policies, s.Baseline, s.Replications = "", "", nil, "", 1
	s.Levers = levers
	text, err := strict.Encode(s)
	if err != nil {
		return "", err
	}
	all := fmt.Sprintf("%s\n%s\n", c.Program, text)
	for _, in := range b.Inputs {
		all += fmt.Sprintln(in.File, in.SHA256)
	}
	for i := range b.Spec.Deployments {
		d := &b.Spec.Deployments[i]
		all += fmt.Sprintln(d.Name, d.Need, d.Latency, d.MaxBatch, d.Slots, d.TimeShare, d.Others, d.Capacity, d.Planned)
		if d.Tokens != nil {
			all += fmt.Sprintf("%+v\n", *d.Tokens)
		}
	}
	return digest(all), nil
}

// path returns the path of the file for a key.
func (c *Cache) path(key string) string { return filepath.Join(c.Folder, key[:40]+".json") }

// keyOf returns the key of a number of replicas of a deployment, and its description for people. by
// is the distance to other mean lengths.
func keyOf(fingerprint string, d *fleet.Deployment, replicas int, by steps) (key, of string) {
	of = fmt.Sprintf("%d × %s", replicas, d.Name)
	if by != (steps{}) {
		of += fmt.Sprintf(", lengths %+d %+d", by.input, by.output)
	}
	return digest(fingerprint + " " + of), of
}

// read returns the value that is stored under a key. It returns false if there is none, or if its
// file is damaged.
func (c *Cache) read(key string) (node, bool) {
	data, err := os.ReadFile(c.path(key))
	var k kept
	if err != nil || json.Unmarshal(data, &k) != nil || k.Key != key || k.Sum != k.sum() || !(k.Load >= 0) || math.IsInf(k.Load, 0) {
		return node{}, false
	}
	return node{k.Load, k.Step}, true
}

// write stores a value under a key. The file is never half-written. Errors are ignored.
func (c *Cache) write(key, of string, n node) {
	k := kept{Of: of, Load: n.load, Step: n.step, Key: key}
	k.Sum = k.sum()
	data, err := json.Marshal(k)
	if err != nil || os.MkdirAll(c.Folder, 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(c.Folder, ".new-*")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if closed := f.Close(); err != nil || closed != nil || os.Rename(f.Name(), c.path(key)) != nil {
		os.Remove(f.Name())
	}
}
