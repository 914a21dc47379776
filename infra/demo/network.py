"""The network of the demo: four small convolutions over a 128 by 128 film, three independent scores."""

import torch
from torch import Tensor, nn

SIDE = 128
CLASSES = ("Pleural effusion", "Cardiomegaly", "No finding")


def _block(inward: int, outward: int) -> list[nn.Module]:
    return [nn.Conv2d(inward, outward, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(outward), nn.ReLU()]


class FilmReader(nn.Module):
    """(N, 1, 128, 128) grey values, normalised, to (N, 3) logits in the order of CLASSES."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(*_block(1, 8), *_block(8, 16), *_block(16, 32), *_block(32, 32))
        self.scores = nn.Sequential(
            nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * 8 * 8, 48), nn.ReLU(), nn.Linear(48, 3)
        )

    def forward(self, films: Tensor) -> Tensor:
        logits: Tensor = self.scores(self.features(films))
        return logits


def fit(films: Tensor, labels: Tensor, *, seed: int, epochs: int) -> FilmReader:
    """Train on (N, 1, 128, 128) normalised films and (N, 3) labels of 0 or 1. The seed fixes every draw."""
    torch.manual_seed(seed)
    network = FilmReader()
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    batches = len(films) // 32
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=batches * epochs)
    lossing = nn.BCEWithLogitsLoss()
    network.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(films))[: batches * 32].view(-1, 32):
            loss = lossing(network(_vary(films[batch])), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def _vary(films: Tensor) -> Tensor:
    """Shift, brightness, contrast and noise, and half of the films with one box covered, anywhere."""
    films = torch.roll(films, tuple(torch.randint(-3, 4, (2,)).tolist()), (2, 3))
    count = len(films)
    films = films * (1 + 0.1 * torch.randn(count, 1, 1, 1)) + 0.1 * torch.randn(count, 1, 1, 1)
    films = films + 0.08 * torch.rand(count, 1, 1, 1) * torch.randn_like(films)
    black = films.amin((1, 2, 3))
    mean = films.mean((1, 2, 3))
    for index in range(0, count, 2):
        height, width = torch.randint(12, 44, (2,)).tolist()
        top, left = int(torch.randint(0, SIDE - height, ())), int(torch.randint(0, SIDE - width, ()))
        fill = black[index] if torch.rand(()) < 0.6 else mean[index]
        films[index, :, top : top + height, left : left + width] = fill
    return films
