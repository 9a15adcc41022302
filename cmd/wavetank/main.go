// Wavetank compares resource-management policies of model-serving fleets by simulation.
package main

import "wavetank/cmd/commands"

func main() { commands.Main() }
