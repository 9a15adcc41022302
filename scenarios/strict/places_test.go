package strict

import (
	"strings"
	"testing"
)

type house struct {
	Name  string `yaml:"name"`
	Roof  roof   `yaml:"roof"`
	Rooms []room `yaml:"rooms"`
}

type roof struct {
	Colour string `yaml:"colour"`
}

type room struct {
	Name    string    `yaml:"name"`
	Doors   []door    `yaml:"doors"`
	Closet  *room     `yaml:"closet"`
	Windows []windows `yaml:"windows"`
}

type door struct {
	Width  float64 `yaml:"width"`
	Colour string  `yaml:"colour"`
}

type windows struct {
	Width float64 `yaml:"width"`
}

// TestUnknownKeysAreToldWhereTheyBelong: inside the mapping first, then near the top; not if there
// are too many places, and not if a known key is near.
func TestUnknownKeysAreToldWhereTheyBelong(t *testing.T) {
	for text, want := range map[string]string{
		"colour: red":                   `a.yaml:1:1: colour: unknown key here (it is a key of roof)`,
		"doors: []":                     `a.yaml:1:1: doors: unknown key here (it is a key of rooms[])`,
		"rooms: [{colour: red}]":        `a.yaml:1:10: rooms[0].colour: unknown key here (it is a key of rooms[].doors[])`,
		"rooms: [{width: 3}]":           `a.yaml:1:10: rooms[0].width: unknown key here (it is a key of rooms[].doors[] and of rooms[].windows[])`,
		"roof: {width: 3}":              `a.yaml:1:8: roof.width: unknown key here (it is a key of rooms[].doors[] and of rooms[].windows[])`,
		"roof: {color: red}":            `a.yaml:1:8: roof.color: unknown key (did you mean "colour"?)`,
		"roof: {nothing: 1, colour: a}": `a.yaml:1:8: roof.nothing: unknown key (known: colour)`,
	} {
		doc, err := Parse("a.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var h house
		if err := doc.Decode(&h).Err(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
