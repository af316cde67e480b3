"""What an operator can do about what the dashboard shows: filter, sort, fold, pin, follow. The engine is not asked."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from tui.model.feed_choice import FeedChoice
from tui.model.filters import Filter
from tui.screens.dashboard.base import DashboardBase
from tui.terminal.safe_text import clean
from tui.widgets.filter_bar import FilterBar
from tui.widgets.subscriptions import SubscriptionsView


class ArrangementPart(DashboardBase):
    """Chooses and orders."""

    def action_filter(self) -> None:
        """Type a filter for the part of the screen that has the focus."""
        bar, feed = self.query_one(FilterBar), self.feed
        if feed.has_focus:
            bar.open("feed", feed.choice.filter.text)
        else:
            bar.open("subscriptions", self.subscriptions.arrangement.filter.text)

    @on(FilterBar.Changed)
    def _filter_changed(self, message: FilterBar.Changed) -> None:
        self.use_filter(message.part, message.filter)

    @on(FilterBar.Closed)
    def _filter_closed(self, message: FilterBar.Closed) -> None:
        (self.feed if message.part == "feed" else self.subscriptions).focus()

    def use_filter(self, part: str, chosen: Filter) -> None:
        """Filter `subscriptions` or `feed`."""
        view, feed = self.subscriptions, self.feed
        if part == "feed":
            feed.choose(replace(feed.choice, filter=chosen))
        else:
            view.rearrange(replace(view.arrangement, filter=chosen))
        self.show_news()

    def action_sort(self) -> None:
        """Order the subscriptions by something else."""
        view = self.subscriptions
        order = view.arrangement.sort.following
        view.rearrange(replace(view.arrangement, sort=order))
        self.notify(f"Subscriptions in order: {order}")
        self.show_news()

    def action_fold_all(self) -> None:
        """Fold everything, or unfold everything."""
        self.subscriptions.fold_all()

    def action_pin(self) -> None:
        """Keep the selected subscription on top, or no longer."""
        view, chosen = self.subscriptions, self.selected
        if chosen is None:
            self.say_nothing_selected("subscription")
            return
        row = chosen[0]
        pinned = view.arrangement.pinned ^ {row.id}
        view.rearrange(replace(view.arrangement, pinned=pinned))
        self.notify(f"{clean(row.event)} {'pinned on top' if row.id in pinned else 'no longer pinned'}", markup=False)

    def action_follow(self) -> None:
        """Have the feed follow the selection, or show everything again. In the feed that is the event's name."""
        feed, chosen = self.feed, self.selected
        delivery = feed.selected if feed.has_focus else None
        if feed.is_following or feed.followed_event is not None or (chosen is None and delivery is None):
            feed.is_following, feed.followed_event = False, None
            self.notify("The feed shows everything")
        elif delivery is not None:
            feed.followed_event = delivery.event.name
            self.notify(f"The feed follows every {clean(delivery.event.name)}", markup=False)
        else:
            feed.is_following = True
            self.notify("The feed follows the selection")
        self.follow_selection()
        self.show_news()

    def action_feed_order(self) -> None:
        """Newest deliveries at the top or at the bottom."""
        self.feed.turn_round()
        self.notify(f"Newest deliveries at the {'bottom' if self.feed.is_newest_last else 'top'}")
        self.show_news()

    @on(SubscriptionsView.Selected)
    def follow_selection(self) -> None:
        """Let the feed show what belongs to the selection, if it is to follow it."""
        feed, chosen = self.feed, self.selected
        choice = FeedChoice(feed.choice.filter, event=feed.followed_event)
        if feed.is_following and chosen is not None:
            row, member = chosen
            choice = replace(choice, subscription=row.id, member=None if member is None else member.index)
        if choice != feed.choice:
            feed.choose(choice)
            self.show_news()
