"""Vekst makes growth visible: quests, badges and streaks judged from progress events."""
