package server

// Handled returns the patterns that no description lists.
func (s *Server) Handled() []string { return s.handled }

// ActionOf returns what the audit calls a refused request of a pattern.
func ActionOf(pattern string) string { return actionOf(pattern) }
