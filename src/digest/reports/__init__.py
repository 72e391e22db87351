"""What is told of an analysed day: reasons, JSON, graph, figures."""
